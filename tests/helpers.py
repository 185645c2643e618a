"""Shared pieces of the test suite."""

import os
from pathlib import Path

import pytest

SHARED = Path(os.environ.get("EQXFUSE_SHARED", Path(__file__).resolve().parents[2] / "shared"))


def shared(relative: str) -> Path:
    """A file of the shared data; skips the test where the data is absent."""
    path = SHARED / relative
    if not path.exists():
        pytest.skip(f"needs {relative} of the shared reference data, which is not at {SHARED}")
    return path
