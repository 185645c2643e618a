"""Failures that the command line reports in one line."""


class UsageError(Exception):
    """The user asked for something that makes no sense: exit status 2."""


class CommandError(Exception):
    """The command could not do its work: exit status 1."""
