"""Libraries that come with the extra `tables`."""

import importlib
from typing import Any


def import_extra(module: str, purpose: str) -> Any:
    """An optional library. Raises `ImportError` that says what to install."""
    try:
        return importlib.import_module(module)
    except ImportError as missing:
        raise ImportError(f"{purpose} needs {module}: pip install 'eqxfuse[tables]'") from missing
