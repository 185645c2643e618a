"""Sparsity patterns."""

import numpy as np
import pytest

from eqxfuse._program.pattern import Pattern


def test_rows_are_sorted_unique_and_hold_the_diagonal():
    pattern = Pattern.from_rows([[2, 1, 2], [], [0, 2]])
    assert pattern.size == 3
    assert pattern.stored == 6
    assert [pattern.row(i).tolist() for i in range(3)] == [[0, 1, 2], [1], [0, 2]]
    assert pattern.rows.tolist() == [0, 0, 0, 1, 2, 2]
    assert pattern.starts.tolist() == [0, 3, 4, 6]


def test_equal_by_content():
    a, b = Pattern.from_rows([[1], []]), Pattern.from_rows([{0, 1}, (1,)])
    other, wider = Pattern.from_rows([[], [0]]), Pattern.from_rows([[1], [], []])
    assert a == b
    assert hash(a) == hash(b)
    assert len({a.digest, other.digest, wider.digest}) == 3
    assert a != other
    assert a != "a pattern"


def test_cannot_be_changed():
    pattern = Pattern.from_rows([[1], []])
    with pytest.raises(ValueError, match="read-only"):
        pattern.columns[0] = 1
    with pytest.raises(ValueError, match="read-only"):
        pattern.starts[0] = 1


def test_indices_are_32_bit():
    pattern = Pattern(np.array([0, 1, 2], dtype=np.int64), np.array([0, 1], dtype=np.int64))
    assert {pattern.starts.dtype, pattern.columns.dtype, pattern.rows.dtype} == {np.dtype("int32")}


def test_repr_tells_the_size():
    assert repr(Pattern.from_rows([[1], []])) == "Pattern(2 x 2, 3 stored)"
