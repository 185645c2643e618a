import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eqxfuse._plot import bars, equation, formula, save_plot
from eqxfuse._plot.curves import DECADES, LABEL_GAP, apart, limits


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("CO", "CO"),
        ("H3+", "H$_{3}$$^{+}$"),
        ("c-C3H2", "c-C$_{3}$H$_{2}$"),
        ("e-", "e$^{\u2212}$"),
        ("C10H2", "C$_{10}$H$_{2}$"),
        ("a_b$", r"a_b\$"),
    ],
)
def test_formulas(name, text):
    assert formula(name) == text


@given(st.lists(st.floats(0, 1), max_size=40))
def test_labels_keep_their_order_and_distance(heights):
    places = apart(heights)
    assert ((places >= -1e-12) & (places <= 1 + 1e-12)).all()
    order = np.argsort(heights)
    gaps = np.diff(places[order])
    assert (gaps >= min(LABEL_GAP, 1 / max(len(heights) - 1, 1)) - 1e-12).all()


def test_labels_with_room_stay_where_they_are():
    np.testing.assert_allclose(apart([0.9, 0.1, 0.5]), [0.9, 0.1, 0.5])


def test_the_axis_does_not_follow_traces_down():
    low, high = limits([np.array([0.5, 1e-4]), np.array([np.nan, 1e-40])])
    assert high == 1.0 and low == pytest.approx(10.0**-DECADES)


@pytest.mark.parametrize("values", [[0.0, 0.0], [np.nan, np.nan], [1.0, -1.0]])
def test_nothing_to_see_is_drawn_all_the_same(tmp_path, values):
    pytest.importorskip("matplotlib")
    save_plot(tmp_path / "empty.png", np.array([0.0, 1e7]), {"A": np.array(values)}, "density", "nothing")
    assert (tmp_path / "empty.png").read_bytes().startswith(b"\x89PNG")


def test_equations():
    assert equation("H2+ + H2 -> H3+ + H") == "H$_{2}$$^{+}$ + H$_{2}$ \u2192 H$_{3}$$^{+}$ + H"
    assert equation("C -> C+ + e-") == "C \u2192 C$^{+}$ + e$^{\u2212}$"


def test_bars_stand_in_order_and_show_their_sign():
    figure = pytest.importorskip("matplotlib.figure")
    ax = bars(["first", "second"], [0.5, -2.0], "x", figure.Figure().add_subplot())
    first, second = ax.patches
    assert (first.get_width(), second.get_width()) == (0.5, -2.0)
    assert first.get_facecolor() != second.get_facecolor()
    top, bottom = (label.get_text() for label in ax.get_yticklabels())
    assert (top, bottom) == ("first", "second") and ax.yaxis_inverted()
