"""Native code of the tests is cached apart from the user's."""

import os

import pytest


@pytest.fixture(autouse=True, scope="session")
def _own_code_cache(tmp_path_factory):
    if "EQXFUSE_CACHE_DIR" in os.environ:
        yield
        return
    os.environ["EQXFUSE_CACHE_DIR"] = str(tmp_path_factory.mktemp("code"))
    yield
    del os.environ["EQXFUSE_CACHE_DIR"]
