"""Failures that the command line reports in one line."""

from collections.abc import Iterator
from contextlib import contextmanager


class UsageError(Exception):
    """The user asked for something that makes no sense: exit status 2."""


class CommandError(Exception):
    """The command could not do its work: exit status 1."""


@contextmanager
def usage(option: str) -> Iterator[None]:
    """A `ValueError` in the block is the user's mistake in `option`."""
    try:
        yield
    except ValueError as error:
        raise UsageError(f"{option}: {error}") from error
