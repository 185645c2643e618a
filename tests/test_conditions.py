"""The fields of `Conditions` carry their own facts, and everything that speaks of them agrees."""

import ast
import inspect
import itertools

import numpy as np
import pytest

import eqxfuse as ef
from eqxfuse._chemistry.conditions import FACTS, FIELDS, wrong_values
from eqxfuse._cli.main import main


def documented() -> dict[str, str]:
    """The docstring under each field of the class."""
    body = ast.parse(inspect.getsource(ef.Conditions)).body[0].body
    return {
        node.target.id: text.value.value
        for node, text in itertools.pairwise(body)
        if isinstance(node, ast.AnnAssign) and isinstance(text, ast.Expr)
    }


@pytest.mark.parametrize("name", FIELDS)
def test_docstrings_begin_with_the_facts(name):
    facts = FACTS[name]
    text = documented()[name]
    expected = f"{facts.meaning} [{facts.unit}]{facts.use and f', {facts.use}'}"
    assert text.startswith((expected, expected[0].upper() + expected[1:]))


@pytest.mark.parametrize("name", FIELDS)
def test_defaults_are_within_their_bounds(name):
    facts, default = FACTS[name], getattr(ef.Conditions(10.0, 1e4), name)
    assert facts.default in (None, default)
    assert 0 <= default < facts.largest
    zero, bound = wrong_values(name, np.zeros(1))
    assert zero.all() == facts.positive == (bound == "positive")
    assert wrong_values(name, -np.ones(1))[0].all() != facts.signed
    if facts.positive:
        with pytest.raises(ValueError, match=f"Conditions.{name} must be finite and positive, got 0.0"):
            ef.Conditions(**{"temperature": 10.0, "density": 1e4, name: 0.0})


@pytest.mark.parametrize("command", ["run", "grid"])
def test_the_command_line_describes_them_in_order(command, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    with pytest.raises(SystemExit):
        main([command, "--help"])
    words = " ".join(capsys.readouterr().out.split())
    options = [f" --{name.replace('_', '-')} X" for name in FIELDS]
    starts = [words.rindex(option) for option in options]
    assert starts == sorted(starts)
    for start, facts in zip(starts, FACTS.values(), strict=True):
        assert facts.text in words[start : start + 150]


def test_the_literal_form_explains_those_that_it_takes():
    text = ef.CodeGenerator(ef.networks.dark_cloud(), "literal").generate_code()
    for name in ("temperature", "density", "zeta", "g0", "av"):
        assert f"{FACTS[name].meaning} [{FACTS[name].unit}]" in text
