"""What a notebook shows: whole HTML, with every text escaped, that says what it should."""

import importlib.util
from html.parser import HTMLParser

import jax
import jax.numpy as jnp
import pytest

import eqxfuse as ef

SMALL = ef.Network.from_reactions(
    ["<b>x</b> -> A&B", "A&B -> <b>x</b>"], [ef.rate_laws.Kooij(1e-9), 2e-9], name="<script>alert(1)</script>"
)
RHS = ef.FusedRHS(SMALL, backend="vectorized")
HERE = ef.Conditions(temperature=10.0, density=1e4)
START = SMALL.abundances({"<b>x</b>": 1.0})
RESULT = ef.solve(RHS, HERE, START, 1e9, saveat=5)
GRID = ef.solve_grid(RHS, ef.Conditions(temperature=jnp.linspace(10.0, 40.0, 4), density=1e4), START, 1e9, saveat=5)
FAILED = ef.solve(RHS, HERE, START, 1e12, saveat=5, max_steps=3, throw=False)
BUDGET = ef.budget(RHS, HERE, START, "A&B")


class Page(HTMLParser):
    """The tags of a page, with their attributes, and its texts in order; what is not closed fails."""

    def __init__(self, html: str):
        super().__init__()
        self.open, self.tags, self.texts = [], [], []
        self.feed(html)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag != "img":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)

    def after(self, name: str) -> str:
        """The text in the cell after `name`."""
        return self.texts[self.texts.index(name) + 1]


def page(value) -> Page:
    return Page(value._repr_html_())


@pytest.mark.parametrize("value", [SMALL, RHS, HERE, RESULT, GRID, FAILED, BUDGET], ids=lambda v: type(v).__name__)
def test_the_page_is_whole_and_holds_nothing_from_elsewhere(value):
    shown = page(value)
    allowed = {"div", "strong", "table", "thead", "tbody", "tr", "th", "td", "details", "summary", "img"}
    assert {tag for tag, _ in shown.tags} <= allowed
    assert all(own.get("src", "data:").startswith("data:") and "href" not in own for _, own in shown.tags)


def test_network():
    shown = page(SMALL)
    assert shown.after("rate laws") == "Kooij 1, Constant 1"
    assert "<b>x</b>, A&B" in shown.texts and "<b>x</b> -> A&B" in shown.texts
    cloud = page(ef.networks.dark_cloud())
    assert cloud.after("elements") == "H He C O"
    assert cloud.after("temperatures of the fits") == "0 to 41000 K in 97 fits, all in 226"


def test_a_large_network_stays_short():
    large = ef.networks.synthetic(200, 1500)._repr_html_()
    assert large.count("<tr>") < 120 and len(large) < 60_000
    assert "1500 reactions, the first 100" in Page(large).texts


def test_right_hand_side():
    shown = page(RHS)
    operations = RHS.kernel.program.operations
    assert shown.after("backend") == "vectorized" and shown.after("network") == repr(SMALL)
    assert shown.after("dy/dt").startswith(f"{operations['multiplications']} multiplications")
    assert "args" in shown.after("conditions")
    assert page(RHS.at(HERE)).after("conditions") == "bound: RateCoefficients(k=f64[2])"


def test_conditions():
    shown = page(HERE)
    first = shown.texts.index("temperature")
    assert shown.texts[first : first + 4] == ["temperature", "10.0", "K", "gas temperature"]
    many = ef.Conditions(temperature=jnp.linspace(10.0, 100.0, 8), density=1e4)
    assert page(many).after("temperature") == "f64[8], 10 to 100"


def test_traced_values_show_their_shapes_and_compute_nothing():
    seen = []

    def look(temperature):
        here = ef.Conditions(temperature=temperature, density=1e4)
        seen.append(page(here).after("temperature"))
        return temperature

    assert not jax.make_jaxpr(look)(jnp.ones(3)).eqns
    assert seen == ["f64[3]"]
    jax.eval_shape(lambda result: (seen.append(page(result).texts), result)[1], RESULT)
    assert seen[-1] == [repr(RESULT)]


def test_budget():
    shown = page(BUDGET)
    assert f"{BUDGET.formation[0].share:.1%}" in shown.texts and "<b>x</b> -> A&B" in shown.texts
    widths = [own["style"].split(";")[0] for tag, own in shown.tags if tag == "div" and "background" in str(own)]
    assert widths[0] == "width:100.0%" and len(widths) == 2


def test_one_trajectory():
    pytest.importorskip("matplotlib")
    shown = page(RESULT)
    assert shown.after("result") == "successful"
    first = shown.texts.index("A&B")
    assert shown.texts[first : first + 3] == ["A&B", "0.000e+00", f"{RESULT.final['A&B']:.3e}"]
    (picture,) = (own for tag, own in shown.tags if tag == "img")
    assert picture["src"].startswith("data:image/png;base64,iVBOR") and "<b>x</b>" in picture["alt"]


def test_without_matplotlib_there_is_no_picture(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert "img" not in {tag for tag, _ in page(RESULT).tags}


def test_a_batch_is_summed_up():
    shown = page(GRID)
    assert shown.after("result") == "successful 4" and shown.after("network") == f"{SMALL.name}, axes temperature"
    assert shown.after("steps").startswith("accepted i64[4], ")
    assert "f64[4], 10 to 40" in shown.texts
    assert "img" not in {tag for tag, _ in shown.tags}


def test_a_failed_solve_says_so():
    shown = page(FAILED)
    assert shown.after("result") == "max_steps_reached" and shown.after("steps").endswith("steps 3")
    assert "nan" not in shown.texts
