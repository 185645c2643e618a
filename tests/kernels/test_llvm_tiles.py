"""Blocks are filled from rows, and rows from blocks, by native code."""

import ctypes

import numpy as np
import pytest

pytest.importorskip("llvmlite")

from eqxfuse._kernels.cpu.native import compile_ir, link
from eqxfuse._llvm.kernel.tiles import tiles_text

SHAPES = [("double", 2), ("double", 4), ("double", 8), ("float", 4), ("float", 8), ("float", 16)]


def _functions(scalar, lanes):
    text = tiles_text(scalar, lanes).replace("define internal", "define")
    symbols = link([compile_ir(text, level=0)], ["load", "store"])
    word, pointer = ctypes.c_int64, ctypes.c_void_p
    load = ctypes.CFUNCTYPE(None, pointer, word, word, pointer)(symbols["load"])
    store = ctypes.CFUNCTYPE(None, pointer, word, pointer)(symbols["store"])
    return load, store


def _aligned(shape, dtype):
    size = int(np.prod(shape)) * np.dtype(dtype).itemsize
    memory = np.zeros(size + 64, np.uint8)
    start = -memory.ctypes.data % 64
    return memory[start : start + size].view(dtype).reshape(shape)


@pytest.mark.parametrize(("scalar", "lanes"), SHAPES)
@pytest.mark.parametrize("length", [1, 3, 16, 37])
def test_rows_to_block_and_back(scalar, lanes, length):
    load, store = _functions(scalar, lanes)
    dtype = np.float64 if scalar == "double" else np.float32
    values = np.arange(lanes * length, dtype=dtype).reshape(lanes, length)
    rows = np.array([row.ctypes.data for row in values], dtype=np.uint64)
    block = _aligned((length, lanes), dtype)
    load(rows.ctypes.data, 0, length, block.ctypes.data)
    np.testing.assert_array_equal(block, values.T)
    block *= 2
    store(rows.ctypes.data, length, block.ctypes.data)
    np.testing.assert_array_equal(values, block.T)


@pytest.mark.parametrize(("scalar", "lanes"), SHAPES)
def test_a_part_of_the_rows(scalar, lanes):
    load, _ = _functions(scalar, lanes)
    dtype = np.float64 if scalar == "double" else np.float32
    values = np.random.default_rng(0).random((lanes, 50)).astype(dtype)
    rows = np.array([row.ctypes.data for row in values], dtype=np.uint64)
    block = _aligned((50, lanes), dtype)
    load(rows.ctypes.data, 16, 21, block.ctypes.data)
    np.testing.assert_array_equal(block[:21], values.T[16:37])
    assert not block[21:].any()


@pytest.mark.parametrize("shared", ["all", "ends"])
def test_lanes_may_share_a_row(shared):
    """All lanes the same row; or the first and the last one, with others between."""
    load, _ = _functions("double", 4)
    values = np.random.default_rng(0).random((4, 9))
    order = [2, 2, 2, 2] if shared == "all" else [2, 0, 1, 2]
    rows = np.array([values[i].ctypes.data for i in order], dtype=np.uint64)
    block = _aligned((9, 4), np.float64)
    load(rows.ctypes.data, 0, 9, block.ctypes.data)
    np.testing.assert_array_equal(block, values[order].T)
