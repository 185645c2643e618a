"""The text of a network: the same numbers as `FusedRHS`, readable, and able to run on its own."""

import ast
import inspect
import os
import subprocess
import sys
from types import SimpleNamespace

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import eqxfuse as ef
from eqxfuse import CodeGenerator, Conditions, FusedRHS, Network, Reaction, Total, compile_network, networks, rate_laws
from eqxfuse._chemistry.conditions import FIELDS
from eqxfuse._kernels import execute
from eqxfuse._python.blocks import BLOCK
from eqxfuse._rhs.literal_rates import _MEANING
from eqxfuse.errors import UnsupportedRateLaw
from eqxfuse.rate_laws import Fit, Kooij, RateLaw, UserRate
from tests.helpers import direct, shared
from tests.python.test_jax_source import HOSTILE, hostile_network, names_of
from tests.rate_laws.contract import EXAMPLES, ORDINARY, evaluate, extremes, name

if hasattr(jax, "enable_x64"):
    enable_x64 = jax.enable_x64
else:
    from jax.experimental import enable_x64

CLOUD = Conditions(temperature=35.0, density=2e4, zeta=5e-17, g0=3.0, av=1.7, dust_temperature=14.0)


MIXED = Network.from_reactions(
    [
        Reaction.make(["C", "O"], ["CO"], [Fit(Kooij(1e-9, 0.5), 10.0, 100.0), Fit(Kooij(3e-9, -0.5), 130.0, 300.0)]),
        Reaction.make(["CO"], ["C", "O"], rate_laws.ShieldedCO(2e-10)),
        Reaction.make(["H", "H"], ["H2"], rate_laws.H2FormationCazauxTielens(1.0), factors=["H"], out_of_range="zero"),
        Reaction.make(["H2"], ["H", "H"], rate_laws.ShieldedH2()),
        Reaction.make(["C"], ["C+", "e-"], rate_laws.CosmicRayPhoton(1.3e-17, 0.3, 500.0, 1.36e-17)),
    ]
)  # fmt: skip
"""A little of everything."""


def literal(network: Network) -> str:
    return CodeGenerator(network, "literal").generate_code()


def module(network: Network) -> dict:
    """The names that the literal text defines."""
    return execute(literal(network), network.digest)


def line(source: str, equation: str) -> str:
    """The line of the one reaction with that equation, without its comment."""
    (found,) = [text for text in source.splitlines() if text.endswith(f"# {equation}")]
    return found.split("#")[0].strip()


def state(network: Network, seed: int = 0):
    return jnp.asarray(10.0 ** np.random.default_rng(seed).uniform(-12, -1, len(network.species)))


def assert_same(network: Network, *conditions: Conditions, ode=None, factor: float = 1e-13):
    """The text gives dy/dt to within `factor` times the sum of absolute terms."""
    ode = ode or module(network)["static_ode"]
    rhs = FusedRHS(network, backend="vectorized")
    coefficients = jax.jit(lambda c, y: rhs.rate_coefficients(c, y))
    y = state(network)
    for cell in conditions:
        k = np.asarray(coefficients(cell, y)) * float(cell.density) ** (network.orders - 1.0)
        expected, gross, _ = direct(network, y, k)
        error = np.abs(np.asarray(ode(0.0, y, cell)) - expected)
        np.testing.assert_array_less(error, factor * gross + 1e-300)


MORE = ("H", "H2", "CO", "C")
"""Species that laws may ask for."""


def single(rate, **kwargs) -> Network:
    """A -> B, with every species that a law may ask for; each total that it asks for is one of them."""
    names = rate.modifying_totals if isinstance(rate, RateLaw) else ()
    totals = [Total(name, {own: 1.0}) for name, own in zip(names, MORE, strict=False)]
    return Network.from_reactions([Reaction.make(["A"], ["B"], rate, **kwargs)], species=MORE, totals=totals)


def coefficient(network: Network, conditions: Conditions, abundances=()):
    y = network.abundances({"A": 1.0, **dict(abundances)})
    return module(network)["static_ode"](0.0, y, conditions)[network.index("B")]


def test_the_argument_text_is_that_of_the_jax_backend():
    network = networks.primordial()
    assert CodeGenerator(network).generate_code() == FusedRHS(network, backend="jax").source
    assert CodeGenerator(network, "argument") == CodeGenerator(network)


def test_there_are_two_kinds_of_text():
    with pytest.raises(ValueError, match='must be "argument" or "literal", got \'numbers\''):
        CodeGenerator(networks.robertson(), "numbers")  # pyright: ignore[reportArgumentType]


def test_numbers_stand_in_the_line_of_their_reaction():
    network = Network.from_reactions(
        ["C + O -> CO", "C+ + e- -> C", "H + H + H -> H2 + H", "CO -> C + O"],
        [Kooij(2.8e-7, -0.69, 120.0), Kooij(2.36e-12, -0.29, -17.6), 1e-30, rate_laws.Photo(2.4e-10, 3.88)],
    )
    source = literal(network)
    assert line(source, "C + O -> CO") == "r0 = 2.8e-07 * T_pow_m069 * jnp.exp(-120.0 / T) * density * y_C * y_O"
    assert line(source, "C+ + e- -> C") == "r1 = 2.36e-12 * T_pow_m029 * jnp.exp(17.6 / T) * density * y_Cp * y_em"
    assert line(source, "H + H + H -> H2 + H") == "r2 = 1e-30 * density ** 2 * y_H * y_H * y_H"
    assert line(source, "CO -> C + O") == "r3 = 2.4e-10 * g0 * jnp.exp(-3.88 * av) * y_CO"
    assert "    T_pow_m069 = jnp.exp(-0.69 * T_log)\n" in source
    assert "    T_log = jnp.log(T / 300.0)\n" in source


def test_what_reactions_share_is_computed_once():
    rates = [Kooij(1e-9, 0.5, 120.0), Kooij(3e-9, 0.5, 120.0), Kooij(1e-10, 0.5), rate_laws.GrainCharging(1e-3, 0.5)]
    source = literal(Network.from_reactions(["A -> B", "B -> C", "C -> A", "A -> C"], rates))
    assert source.count("jnp.log(") == 1
    assert source.count("jnp.exp(") == 2
    assert line(source, "A -> B") == "r0 = 1e-09 * T_pow_05 * T_exp_m120 * y_A"
    assert line(source, "A -> C") == "r3 = 0.001 * T_pow_05 * y_A"


def test_equal_names_for_different_terms_get_a_number():
    rates = [Kooij(1.0, 1.2), Kooij(1.0, 12.0)]
    source = literal(Network.from_reactions(["A -> B", "B -> A"], rates))
    assert line(source, "A -> B") == "r0 = T_pow_12 * y_A"
    assert line(source, "B -> A") == "r1 = T_pow_12_2 * y_B"


def test_asks_for_the_conditions_that_the_network_needs():
    small = module(networks.robertson())["Conditions"]
    assert small._fields == ("temperature", "density")
    every = module(single(rate_laws.ShieldedC(1e-10, 3.0)))["Conditions"]
    assert every._fields == ("temperature", "density", "g0", "av", "radius", "h2_column", "c_column")
    assert every(10.0, 1e4) == tuple(getattr(Conditions(10.0, 1e4), f) for f in every._fields)


def test_every_field_of_conditions_is_explained():
    assert tuple(_MEANING) == FIELDS


@pytest.mark.parametrize("law", EXAMPLES, ids=name)
def test_every_law_is_written_as_it_is_computed(law):
    network = single(law)
    ode = jax.jit(module(network)["static_ode"])
    for conditions in (ORDINARY, *extremes()):
        for abundance in (0.0, 1e-12, 0.3):
            y = network.abundances({"A": 1.0, "H": abundance, "H2": 0.5 * abundance, "CO": abundance, "C": abundance})
            names = (*law.modifying_species, *(total.weights[0][0] for total in network.totals))
            densities = tuple(y[network.index(n)] * conditions.density for n in names)
            expected = evaluate(law, conditions, densities)
            result = ode(0.0, y, conditions)[network.index("B")]
            np.testing.assert_allclose(result, expected, rtol=1e-11, atol=1e-300)
            if not law.is_modified:
                break


PIECES = [Fit(Kooij(1e-9, 0.5), 10.0, 100.0), Fit(Kooij(3e-9, -0.5, 20.0), 130.0, 300.0), Fit(Kooij(2e-9), 300.0, 1e3)]


@pytest.mark.parametrize("policy", ["extrapolate", "bounded", "clamp", "zero"])
@pytest.mark.parametrize(
    "fits",
    [
        PIECES,
        PIECES[::-1],
        PIECES[1:2],
        [Fit(Kooij(1e-9, 1.0)), Fit(Kooij(5e-9), 50.0, 60.0)],
        [Fit(Kooij(1e-10, 2.0, -3000.0), 500.0, 600.0)],
    ],
    ids=["three", "backwards", "one", "overlapping", "negative gamma"],
)
def test_ranges_and_pieces_are_chosen_as_fused_rhs_does(fits, policy):
    network = single(fits, out_of_range=policy)
    ode = jax.jit(module(network)["static_ode"])
    rhs = FusedRHS(network, backend="vectorized")
    y = network.abundances({"A": 1.0})
    for temperature in (1.0, 10.0, 55.0, 100.0, 114.0, 115.0, 116.0, 130.0, 299.0, 300.0, 301.0, 1e3, 1e4):
        conditions = CLOUD.at_temperature(temperature)
        expected = rhs.rate_coefficients(conditions)[0]
        np.testing.assert_allclose(ode(0.0, y, conditions)[network.index("B")], expected, rtol=1e-14)


@pytest.mark.parametrize("reactants", [[], ["A"], ["A", "H"], ["A", "H", "H"], ["A", "H", "H", "H"]])
def test_coefficients_are_in_the_units_of_abundances(reactants):
    reaction = Reaction.make(reactants, ["B"], rate_laws.Constant(3.0))
    network = Network.from_reactions([reaction], species=["A", "H"])
    result = module(network)["static_ode"](0.0, jnp.ones(3), CLOUD)[network.index("B")]
    np.testing.assert_allclose(result, 3.0 * 2e4 ** (len(reactants) - 1.0), rtol=1e-15)


def test_works_without_reactions():
    network = Network.from_reactions([], species=["H", "He"])
    np.testing.assert_array_equal(module(network)["static_ode"](0.0, jnp.ones(2), CLOUD), [0.0, 0.0])


@pytest.mark.parametrize("network", [networks.dark_cloud(), networks.primordial()], ids=lambda n: n.name)
def test_built_in_networks(network):
    assert_same(network, *map(CLOUD.at_temperature, (3.0, 10.0, 300.0, 2e4)))


@pytest.mark.parametrize("file", ["simple_latent_tgas.csv", "uclchem_gas_phase_only.csv"])
def test_whole_files(file):
    network = ef.read_network(shared(f"networks/{file}"), grains="none")
    assert_same(network, CLOUD, CLOUD.at_temperature(1500.0))


@pytest.mark.parametrize("file", ["rate22_final.rates", "gas_reactions_kida.uva.2024.in"])
def test_parts_of_large_files(file):
    network = ef.read_network(shared(f"networks/{file}"), grains="none")
    pieces = [r for r in network.reactions if len(r.fits) > 1]
    most = sorted(pieces, key=lambda r: -len(r.fits))[:10]
    grains = [r for r in network.reactions if any("GRAIN" in n or n == "XH" for n, _ in (*r.reactants, *r.products))]
    part = Network.from_reactions([*network.reactions[::150], *pieces[::30], *most, *grains[::10]])
    assert_same(part, *map(CLOUD.at_temperature, (8.0, 233.5, 1000.0)))


def test_functions_are_of_bounded_length():
    source = literal(networks.synthetic(200, 2000, seed=1))
    functions = [f for f in ast.parse(source).body if isinstance(f, ast.FunctionDef)]
    pieces = [f for f in functions if f.name.startswith("static_ode_")]
    assert len(pieces) > 10
    for piece in pieces:
        values = [s.value for s in piece.body if isinstance(s, ast.Assign)]
        assert sum(not isinstance(v, ast.Subscript | ast.Attribute) for v in values) <= BLOCK


def test_float32_stays_float32():
    network = MIXED
    ode = jax.jit(module(network)["static_ode"])
    y = state(network)
    result = ode(0.0, y.astype(jnp.float32), CLOUD)
    assert result.dtype == jnp.float32
    assert_same(network, CLOUD, ode=lambda *_: np.asarray(result, np.float64), factor=1e-5)


def test_the_numbers_do_not_depend_on_the_precision_of_the_process():
    network = networks.primordial()
    with enable_x64(False):
        text = literal(Network(network.species, network.reactions))
    assert text == literal(network)


def test_maps_over_conditions():
    network = MIXED
    ode = compile_network(network)
    y, temperatures = state(network), jnp.asarray([8.0, 30.0, 700.0])
    batch = jax.vmap(lambda t: ode(0.0, y, CLOUD.at_temperature(t)))(temperatures)
    for temperature, result in zip(temperatures, batch, strict=True):
        expected = ode(0.0, y, CLOUD.at_temperature(temperature))
        np.testing.assert_allclose(result, expected, rtol=1e-10, atol=1e-14 * np.abs(expected).max())


def test_differentiates_as_fused_rhs_does():
    network = Network.from_reactions([MIXED.reactions[i] for i in (0, 3, 4)])  # two fits, shielded, of cosmic rays
    ode, rhs = compile_network(network), FusedRHS(network, backend="vectorized")
    primals = state(network), CLOUD
    tangents = 0.1 * state(network, 1), jax.tree.map(lambda x: 0.1 * x, CLOUD)
    found = jax.jit(lambda p, t: jax.jvp(lambda y, c: ode(0.0, y, c), p, t))(primals, tangents)[1]
    expected = jax.jit(lambda p, t: jax.jvp(lambda y, c: rhs(0.0, y, c), p, t))(primals, tangents)[1]
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12 * np.abs(expected).max())
    weights = jnp.arange(1.0, len(expected) + 1.0)
    gradient = jax.jit(jax.grad(lambda p: weights @ ode(0.0, *p)))(primals)
    along = sum(jnp.vdot(a, jnp.asarray(b)) for a, b in zip(*map(jax.tree.leaves, (gradient, tangents)), strict=True))
    np.testing.assert_allclose(along, weights @ expected, rtol=1e-9)


def test_takes_any_object_with_the_fields():
    names = module(networks.primordial())
    y = state(networks.primordial())
    own = names["Conditions"](*(getattr(CLOUD, f) for f in names["Conditions"]._fields))
    expected = names["static_ode"](0.0, y, CLOUD)
    for conditions in (own, SimpleNamespace(**own._asdict())):
        np.testing.assert_array_equal(names["static_ode"](0.0, y, conditions), expected)


def test_refuses_batches_that_are_not_mapped():
    ode = module(networks.robertson())["static_ode"]
    with pytest.raises(ValueError, match=r"y has shape \(2, 3\), expected \(3,\)"):
        ode(0.0, jnp.ones((2, 3)), CLOUD)
    with pytest.raises(TypeError, match="reshape"):
        ode(0.0, jnp.ones(3), CLOUD.at_temperature(jnp.ones(2)))


def table_rate(conditions, scale):
    """Everything that a function may do: tables, comparisons, selections, powers."""
    x = jnp.log10(conditions.temperature)
    lines = jnp.sum(jnp.asarray([0.2, 0.3]) * jnp.exp(-jnp.asarray([1.0, 2.0]) * x))
    steps = jnp.select([x < 1.0, (x >= 1.0) & (x < 2.0)], [1.0 + x, x**2], jnp.abs(x - 5.0))
    mild = jnp.where(jnp.logical_not(x > 3.0), jnp.tanh(x), 1.0) * jnp.asarray(conditions.density > 1.0).astype(x.dtype)
    return scale * (lines + steps) * mild + jnp.clip(x, 0.5, 1.5) ** -2.5 + jax.nn.sigmoid(-x)


def looked_up(conditions):
    return jnp.interp(conditions.temperature, jnp.asarray([10.0, 100.0]), jnp.asarray([1.0, 2.0]))


def switched(conditions):
    cold = jax.nn.relu(conditions.temperature - 10.0) + jnp.where(conditions.av > 1.0, 2.0, 3.0)
    return jnp.where(jnp.isfinite(cold / conditions.temperature), cold, 0.0)


def looped(conditions):
    return jax.lax.while_loop(lambda x: x < conditions.temperature, lambda x: 2.0 * x, 1.0)


def ordered(conditions):
    return jnp.sort(jnp.stack([conditions.temperature, conditions.density]))[0]


@pytest.mark.parametrize("temperature", [3.0, 40.0, 500.0, 5e4])
@pytest.mark.parametrize(("function", "parameters"), [(table_rate, (0.7,)), (looked_up, ()), (switched, ())])
def test_functions_of_the_user(temperature, function, parameters):
    conditions = CLOUD.at_temperature(temperature)
    result = coefficient(single(UserRate(function, parameters)), conditions)
    np.testing.assert_allclose(result, function(conditions, *parameters), rtol=1e-14)


@pytest.mark.parametrize(("function", "operation"), [(looped, "while"), (ordered, "sort")])
def test_says_which_operation_has_no_text(function, operation):
    with pytest.raises(UnsupportedRateLaw, match=f"'A -> B'.*{function.__name__}.*({operation}).*\"argument\""):
        literal(single(UserRate(function)))


def test_hostile_names_stay_out_of_the_code():
    network = hostile_network()
    source = literal(network)
    assert source.isascii()
    assert source == literal(Network(network.species, network.reactions))  # the network's own name is not in it
    tree = ast.parse(source)
    species = next(node.value for node in tree.body if isinstance(node, ast.Assign))
    assert ast.literal_eval(species) == HOSTILE
    imports = [ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    assert imports == ["from typing import NamedTuple", "import jax.numpy as jnp", "from jax import lax"]
    assert not names_of(source) & {"os", "__import__", "eval", "exec"}


def test_hostile_names_do_not_change_the_numbers():
    network = hostile_network()
    assert_same(network, Conditions(10.0, 1.0))


SCRIPT = """
import importlib.util, sys

class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("eqxfuse", "equinox", "diffrax", "jaxtyping"):
            raise ImportError(f"{name} is blocked")

sys.meta_path.insert(0, Blocked())
import jax
jax.config.update("jax_enable_x64", True)
import numpy as np

folder = sys.argv[1]
spec = importlib.util.spec_from_file_location("chemistry", folder + "/chemistry.py")
chemistry = importlib.util.module_from_spec(spec)
spec.loader.exec_module(chemistry)
inputs = np.load(folder + "/inputs.npz")
conditions = chemistry.Conditions(**{f: float(inputs[f]) for f in chemistry.Conditions._fields})
np.save(folder + "/result.npy", jax.jit(chemistry.static_ode)(0.0, inputs["y"], conditions))
print(len(chemistry.SPECIES), "eqxfuse" in sys.modules)
"""


def test_runs_in_a_process_that_cannot_import_eqxfuse(tmp_path):
    network = networks.primordial()
    (tmp_path / "chemistry.py").write_text(literal(network), encoding="ascii")
    (tmp_path / "run.py").write_text(SCRIPT)
    fields = CLOUD.named()
    np.savez(tmp_path / "inputs.npz", y=state(network), **fields)
    command = [sys.executable, "-I", str(tmp_path / "run.py"), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=dict(os.environ), timeout=300)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [str(len(network.species)), "False"]
    assert_same(network, CLOUD, ode=lambda *_: np.load(tmp_path / "result.npy"))


def test_compiled_networks_are_jitted():
    network = networks.robertson()
    ode = compile_network(network)
    assert hasattr(ode, "lower")
    assert list(inspect.signature(ode).parameters) == ["t", "y", "args"]
    assert_same(network, Conditions(10.0, 1.0), ode=ode)
