"""The adapter for carbox networks, on stand-ins for carbox's objects."""

import dataclasses
import inspect
from functools import cache
from types import SimpleNamespace

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import solve_ivp

import eqxfuse as ef
from eqxfuse.carbox import conditions, fused_rhs, get_fused_ode
from tests import carbox_stand_in as stand_in
from tests.helpers import BACKENDS, shared


@eqx.filter_jit
def call(ode, y, arguments):
    return ode(0.0, jnp.asarray(y), *arguments)


def assert_close(found, expected):
    """`expected` holds dy/dt and the sum of absolute terms."""
    error = np.abs(np.asarray(found, np.longdouble) - expected[0])
    assert np.all(error <= 1e-13 * expected[1]), f"errors relative to the terms: {error / expected[1]}"


@cache
def usual():
    """The adapter of the usual network."""
    return get_fused_ode(stand_in.network())


def test_it_says_what_it_is_in_a_few_words():
    fused = get_fused_ode(stand_in.network())
    assert "molecularities" not in repr(fused) and repr(fused).startswith("AbundanceODE(")


def densities_and_rest(seed):
    y, (temperature, density, *rest) = stand_in.state(seed)
    return y * density, (temperature, *rest)


@pytest.mark.parametrize("backend", BACKENDS)
def test_abundances(backend):
    network = stand_in.network()
    fused = get_fused_ode(network, backend)
    for seed in range(8):
        y, here = stand_in.state(seed)
        assert_close(call(fused, y, tuple(map(jnp.asarray, here))), network.ode(0.0, y, *here))


def test_densities():
    network = stand_in.network(stand_in.Densities)
    y, here = densities_and_rest(1)
    assert_close(call(get_fused_ode(network), y, here), network.ode(0.0, y, *here))


def test_densities_with_modifiers():
    network = stand_in.network(stand_in.ModifiedDensities)
    y, here = densities_and_rest(2)
    a, b = modifiers()
    assert_close(call(get_fused_ode(network), y, (*here, a, b)), network.ode(0.0, y, *here, a, b))


def modifiers():
    """Some rates scaled, some replaced: those that depend on abundances, too."""
    n = len(stand_in.REACTIONS)
    a, b = np.linspace(0.5, 2.0, n), np.zeros(n)
    a[[1, 8]], b[[1, 8]] = 0.0, (1e-10, 3e-12)
    return jnp.asarray(a), jnp.asarray(b)


def test_modifiers_of_abundances():
    """They replace what the modified network computes when its terms are scaled by hand."""
    a, b = modifiers()
    changed = usual().with_rate_modifiers(a, b)
    y, here = stand_in.state(3)
    raw = stand_in.raw_rates(stand_in.TERMS, (here[0], *here[2:]), y * here[1])
    np.testing.assert_allclose(changed.modify_rates(jnp.asarray(raw)), raw * np.asarray(a) + np.asarray(b), rtol=1e-15)
    expected = stand_in.derivative(
        stand_in.network().ode, raw * a + b, y, [here[1] ** (m - 1.0) for m in stand_in.MOLECULARITIES]
    )
    assert_close(call(changed, y, here), expected)
    only_b = changed.with_rate_modifiers(rate_modifier_b=jnp.zeros_like(b))
    assert np.array_equal(only_b.rate_modifier_a, a) and not np.any(only_b.rate_modifier_b)


def test_rates_are_those_of_the_terms():
    fused = usual()
    y, here = stand_in.state(4)
    densities = y * here[1]
    found = eqx.filter_jit(lambda d: fused.get_rates(here[0], *here[2:], d))(jnp.asarray(densities))
    expected = stand_in.raw_rates(stand_in.TERMS, (here[0], *here[2:]), densities)
    np.testing.assert_allclose(found, expected, rtol=1e-13)
    assert fused.reactions_number == len(expected)


@pytest.mark.parametrize("generation", [stand_in.Abundances, stand_in.ModifiedDensities])
def test_arguments_have_the_same_names_and_order(generation):
    network = stand_in.network(generation)
    own, fused = (list(inspect.signature(f).parameters) for f in (network.ode, get_fused_ode(network)))
    assert fused == own


def test_a_sparse_incidence_matrix():
    network = stand_in.network(store=stand_in.stored_sparse)
    y, here = stand_in.state(5)
    assert_close(call(get_fused_ode(network), y, here), network.ode(0.0, y, *here))


def test_factors_that_net_stoichiometry_hides():
    """A sparse matrix keeps -1 and +1 of a catalyst apart, so that carbox multiplies with it."""
    network = stand_in.network()
    network.ode.reactant_multipliers = network.ode.reactant_multipliers.at[2].set(jnp.array([0, 1], dtype=jnp.int32))
    y, here = stand_in.state(6)
    assert_close(call(get_fused_ode(network), y, here), network.ode(0.0, y, *here))


def test_one_term_a_reaction():
    """Terms of single reactions, as carbox makes them without vectorisation, give one law of many rows."""
    first = stand_in.TERMS[0]
    single = [jax.tree.map(lambda leaf, i=i: leaf[i], first) for i in range(4)]
    network = stand_in.network(terms=(*single, *stand_in.TERMS[1:]))
    fused = get_fused_ode(network)
    y, here = stand_in.state(7)
    assert_close(call(fused, y, here), network.ode(0.0, y, *here))
    assert fused.rhs.table.layout.sizes == usual().rhs.table.layout.sizes


def test_terms_are_laws_only_where_their_values_say_so():
    laws = [r.fits[0].law for r in fused_rhs(stand_in.network()).network.reactions]
    names = [type(law).__name__ for law in laws]
    assert names == ["Kooij", "Kooij", "UserRate", "Kooij", "CosmicRay", *["CarboxRate"] * 5]
    read = [law.modifying_species for law in laws[5:]]
    assert read == [(), (), (), ("H2",), stand_in.SPECIES]


def test_a_known_name_without_its_fields_or_its_nature_is_called_as_it_stands():
    class PHReactionRateTerm:
        alpha, gamma = 1e-10, 2.0

        def __call__(self, temperature, cr_rate, uv_field, visual_extinction, abundance_vector):
            return jnp.array([uv_field * self.alpha])

    class KAReactionRateTerm(eqx.Module):
        rate: float

        def __call__(self, temperature, cr_rate, uv_field, visual_extinction, abundance_vector):
            return self.rate * temperature

    network = stand_in.network(
        reactions=(("H", "C"), ("C", "H")),
        terms=(PHReactionRateTerm(), KAReactionRateTerm(1e-12)),
        molecularities=(1, 1),
    )
    y, here = stand_in.state(8)
    expected = network.ode(0.0, y, *here)
    error = np.abs(np.asarray(call(get_fused_ode(network), y, here)) - expected[0])
    assert np.all(error <= 1e-13 * expected[1])


@pytest.mark.parametrize("backend", BACKENDS)
def test_for_diffrax(backend):
    network = stand_in.network()
    rhs = fused_rhs(network, backend=backend)
    y, here = stand_in.state(9)
    expected, own = network.ode(0.0, y, *here), conditions(*here)
    assert_close(eqx.filter_jit(rhs)(0.0, jnp.asarray(y), own), expected)
    assert_close(eqx.filter_jit(rhs)(0.0, jnp.asarray(y), rhs.precompute(own)), expected)


def test_the_jacobian_is_that_of_the_adapter():
    network = stand_in.network()
    rhs = fused_rhs(network)
    y, here = stand_in.state(10)
    expected = eqx.filter_jit(jax.jacfwd(lambda y: usual()(0.0, y, *here)))(jnp.asarray(y))
    found = eqx.filter_jit(lambda y: rhs.jacobian(0.0, y, conditions(*here)).todense())(jnp.asarray(y))
    np.testing.assert_allclose(found, expected, rtol=1e-11, atol=1e-13 * np.max(np.abs(expected)))


@pytest.mark.filterwarnings("ignore:.*native code cannot evaluate the modifier of CarboxRate")
def test_a_stiff_solve():
    """The sparse Jacobian and native kernels against SciPy on the network's own right-hand side."""
    network = stand_in.network(
        species=stand_in.SPECIES[:4],
        reactions=stand_in.REACTIONS[:9],
        terms=stand_in.TERMS[:5],
        molecularities=stand_in.MOLECULARITIES[:9],
    )
    y0, here, times = np.array([0.5, 0.25, 1e-4, 1e-6]), (50.0, 1e3, 1.0, 1.0, 1.0), np.array([1e9, 1e11])
    rhs = fused_rhs(network)
    found = ef.solve(rhs, conditions(*here), jnp.asarray(y0), times[-1], rtol=1e-8, saveat=jnp.asarray(times))

    def own(t, y):
        return np.asarray(network.ode(t, y, *here)[0], float)

    expected = solve_ivp(own, (0.0, times[-1]), y0, "LSODA", times, rtol=1e-9, atol=1e-16)
    np.testing.assert_allclose(found.abundances, expected.y.T, rtol=1e-5)
    assert np.max(np.abs(expected.y[:, -1] / y0 - 1)) > 0.1


def test_batches_and_derivatives_with_respect_to_conditions():
    usual()  # made before anything is traced
    y, here = stand_in.state(11)

    @jax.jit
    @jax.vmap
    def value_and_slope(temperature):
        one = jnp.ones_like(temperature)
        return jax.jvp(lambda t: usual()(0.0, jnp.asarray(y), t, *here[1:]), (temperature,), (one,))

    step = 1e-3
    values, slopes = value_and_slope(jnp.array([20.0, 80.0 - step, 80.0, 80.0 + step]))
    assert_close(values[0], stand_in.network().ode(0.0, y, 20.0, *here[1:]))
    np.testing.assert_allclose(slopes[2], (values[3] - values[1]) / (2 * step), rtol=1e-5)


@pytest.mark.parametrize("name", ["latent", "small", "gas"])
def test_reference_derivatives(name):
    """What carbox itself gave for its rates: its factors, its stoichiometry, its powers of the density."""
    reference = np.load(shared(f"reference/carbox_{name}.npz"))
    reactions = [
        tuple(side.replace(" + ", " ") for side in text.split(" -> ")) for text in reference["reaction"].tolist()
    ]
    network = stand_in.network(
        species=reference["species"].tolist(),
        reactions=reactions,
        terms=(stand_in.SquareRoot(jnp.ones(len(reactions))),),
        molecularities=[len(r.split()) for r, _ in reactions],
    )
    fused = get_fused_ode(network)

    @eqx.filter_jit
    def call(rates, y, *here):
        return fused.with_rate_modifiers(jnp.zeros(len(reactions)), rates)(0.0, y, *here)

    fields = ("rate_coefficients", "abundances", "temperature", "density", "cr_rate", "fuv", "av")
    for m, arguments in enumerate(zip(*(reference[f] for f in fields), strict=True)):
        assert_close(call(*map(jnp.asarray, arguments)), (reference["dydt"][m], reference["gross"][m]))


def test_a_network_that_was_used_before():
    """The first versions of carbox forget to clear the terms of a former call of `get_ode`."""
    network = stand_in.network()
    network.jreactions = []

    def get_ode():
        network.jreactions += stand_in.TERMS
        return dataclasses.replace(network.ode, reactions=network.jreactions)

    network.get_ode = get_ode
    assert len(get_ode().reactions) == 6
    y, here = stand_in.state(12)
    assert_close(call(get_fused_ode(network), y, here), network.ode(0.0, y, *here))


def test_what_is_no_network():
    with pytest.raises(TypeError, match=r"expected a carbox.Network, got dict, which has no get_ode"):
        get_fused_ode({})


def test_an_unknown_generation():
    @dataclasses.dataclass(eq=False)
    class Later(stand_in.Abundances):
        def __call__(self, time, abundances, metallicity):
            raise NotImplementedError

    with pytest.raises(TypeError, match=r"Later takes \(time, abundances, metallicity\); eqxfuse knows"):
        get_fused_ode(stand_in.network(Later))


def test_parts_that_do_not_fit():
    with pytest.raises(ValueError, match=r"the rate terms give 8 rates for 10 reactions"):
        get_fused_ode(stand_in.network(terms=stand_in.TERMS[:-2]))
    network = stand_in.network()
    network.reactions.append(SimpleNamespace())
    with pytest.raises(ValueError, match=r"the incidence matrix is 5 x 10, but the network has 5 species and 11"):
        get_fused_ode(network)
    network = stand_in.network()
    network.reactions[0].products = ["CO"]
    with pytest.raises(ValueError, match=r"column 0 of the incidence matrix is .*, but reaction 0 is H \+ H -> CO"):
        get_fused_ode(network)
