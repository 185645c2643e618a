"""The version, whose one home is the project's metadata."""

from importlib import metadata


def _version() -> str:
    """Such as `0.1.0`; `0+not.installed` for code that runs without having been installed."""
    try:
        return metadata.version("eqxfuse")
    except metadata.PackageNotFoundError:
        return "0+not.installed"


__version__ = _version()
