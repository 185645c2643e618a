"""From the file that a command names to a network."""

import argparse

from eqxfuse._cli._errors import CommandError
from eqxfuse._errors import NetworkFormatError
from eqxfuse._formats import read_network
from eqxfuse._network import Network


def open_network(options: argparse.Namespace) -> Network:
    """The network in `options.file`. Raises `CommandError`."""
    try:
        return read_network(options.file, options.format)
    except NetworkFormatError as error:
        text = f": {error.text.strip()[:80]!r}" if error.text else ""
        raise CommandError(f"{error.path}:{error.line}: {error.why}{text}") from error
    except OSError as error:
        raise CommandError(f"cannot read {options.file}: {error.strerror}") from error
