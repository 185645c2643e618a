"""Every test runs in double precision and with strict dtype promotion."""

import gc
import os
from pathlib import Path

# XLA compiles nearly all the time that the tests take, and a sixth of it less without its LLVM optimisations.
os.environ["XLA_FLAGS"] = f"--xla_backend_optimization_level=0 {os.environ.get('XLA_FLAGS', '')}"

import jax
import pytest

jax.config.update("jax_enable_x64", True)
jax.config.update("jax_numpy_dtype_promotion", "strict")

# Tracing makes many objects and few cycles: to look for those as often as Python does takes a twentieth of the time.
gc.set_threshold(100_000, 50, 100)

GOLDEN = Path(__file__).parent / "golden"


def pytest_addoption(parser):
    parser.addoption(
        "--update-golden", action="store_true", help="write tests/golden anew instead of comparing with it"
    )


@pytest.fixture
def golden(request):
    """`golden(name, text)` holds `text` against the file `name` of tests/golden, or writes it there."""

    def check(name: str, text: str) -> None:
        path = GOLDEN / name
        if request.config.getoption("--update-golden"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        assert path.exists(), f"{path} is missing: write it with pytest --update-golden"
        assert text == path.read_text(), f"not what {path.name} holds; if it is meant, pytest --update-golden"

    return check
