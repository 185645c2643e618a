"""Fixtures of the reader's tests."""

import pytest

from eqxfuse import read_network


@pytest.fixture
def read(tmp_path):
    """`read(content, format=None, out_of_range=None, **options)`: write text or bytes to a file and read a network."""

    def write_and_read(content, format=None, out_of_range=None, **options):
        path = tmp_path / "network.txt"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_network(path, format, out_of_range, **options)

    return write_and_read
