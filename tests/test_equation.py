"""Equations as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eqxfuse import Reaction
from eqxfuse._chemistry.equation import parse_equation
from eqxfuse.rate_laws import Constant


@pytest.mark.parametrize(
    ("text", "reactants", "products"),
    [
        ("H2+ + H2 -> H3+ + H", ["H2+", "H2"], ["H3+", "H"]),
        ("2 H + M -> H2 + M", ["H", "H", "M"], ["H2", "M"]),
        ("H + H->H2", ["H", "H"], ["H2"]),
        ("  C- + H  ->  CH + e-  ", ["C-", "H"], ["CH", "e-"]),
        ("12 A -> 3 B", ["A"] * 12, ["B"] * 3),
        ("-> H", [], ["H"]),
        ("c-C3H2 ->", ["c-C3H2"], []),
        ("1-C3H7 -> C3H7", ["1-C3H7"], ["C3H7"]),
    ],
)
def test_parse(text, reactants, products):
    assert parse_equation(text) == (reactants, products)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "->",
        "H + H",
        "A -> B -> C",
        "A + -> B",
        "A B -> C",
        "0 H -> H2",
        "100 H -> H2",
        "1.5 H -> H2",
        "2H -> H2",
        "A + + -> B",
        "3 -> B",
        "A = B",
    ],
)
def test_refused(text):
    with pytest.raises(ValueError, match="equation"):
        parse_equation(text)


def test_glued_number_says_what_to_do():
    with pytest.raises(ValueError, match="write a space"):
        parse_equation("2H -> H2")


_NAMES = st.sampled_from(["H", "H2", "H+", "e-", "C-", "c-C3H2", "HCO+"])


@given(st.lists(_NAMES, min_size=1, max_size=6), st.lists(_NAMES, max_size=6))
def test_equation_of_a_reaction_reads_back(reactants, products):
    reaction = Reaction.make(reactants, products, Constant(1.0))
    read = parse_equation(reaction.equation)
    assert [sorted(side) for side in read] == [sorted(reactants), sorted(products)]
