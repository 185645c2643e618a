"""Expressions as rate laws: batches, derivatives, and native code."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import eqxfuse as ef
from eqxfuse._chemistry.total import needed_totals
from eqxfuse._kernels import execute
from eqxfuse.rate_laws import Expression, Kooij

RATES = (
    "1e-5*exp(-2*user_Av)*user_J21",
    "7.4d-10*T32**(-.4)",
    "7.9e-10*T32**(-.5)*exp(-3/Tgas)",
    "1e-9*exp(-1e3*invT)*n(idx_H2)**.5/(1+sum(n(:))*1e-2)",
    "merge(1e-12*log(Tgas-1e2), 2e-13, Tgas > 2e2)",
    "3e-8*(Tgas*1e-2)**(-0.3*logT)",
)


@pytest.fixture(scope="module")
def network():
    equations = [
        "H- -> H + e-",
        "H + e- -> H-",
        "H+ + e- -> H",
        "H + H- -> H2 + e-",
        "H + H -> H2",
        "H2 -> H + H",
    ]
    species = ["H", "H2", "H-", "H+", "e-"]
    particles = ef.Total("sum(n)", dict.fromkeys(species, 1.0))
    return ef.Network.from_reactions(equations, map(Expression, RATES), species=species, totals=particles)


def at(temperature=300.0, j21=2.0, density=1e2, av=0.5):
    return ef.Conditions(temperature, density, av=av, parameters={"user_J21": j21})


Y0 = np.array([0.9, 0.05, 1e-6, 1e-3 + 1e-6, 1e-3])


def test_a_network_asks_for_the_parameters(network):
    assert network.parameters == ("user_J21",)
    with pytest.raises(ValueError, match='"user_J21": '):
        ef.FusedRHS(network).precompute(ef.Conditions(10.0, 1e2))


def test_derivatives_by_conditions_parameters_and_numbers(network):
    table = network.rate_table

    @jax.jit
    def slopes(table, temperature, j21):
        def k(table, temperature, j21):
            return table(at(temperature, j21))

        return jax.jacrev(k, (0, 1, 2))(table, temperature, j21), k(table, temperature, j21)

    (by_table, by_t, by_j21), k = slopes(table, 300.0, 2.0)
    np.testing.assert_allclose(by_j21, [k[0] / 2.0, 0, 0, 0, 0, 0], rtol=1e-14)
    step = 1e-3
    up, down = (np.asarray(table(at(300.0 + s))) for s in (step, -step))
    np.testing.assert_allclose(by_t, (up - down) / (2 * step), rtol=1e-6, atol=1e-25)
    scale = next(i for i, law in enumerate(table.laws) if law.code == Expression(RATES[1]).code)
    np.testing.assert_allclose(np.ravel(by_table.laws[scale].numbers[0])[1], k[1] / 7.4e-10, rtol=1e-13)


@pytest.mark.parametrize(
    "text",
    [
        "merge(1e-9*log(Tgas-1e2), 0., Tgas > 2e2)",
        "merge(1e-9, sqrt(1e2-Tgas), Tgas > 5e1)",
        "exp(-5.2e4/Tgas)**(1.-.3)*exp(-6e4/Tgas)**.3",
        "1e-9*(1+.3/exp(9e4/Tgas))/exp(4e5/Tgas)",
        "1e-9/(exp(1e5/Tgas)-1)",
        "sqrt(max(Tgas-1e2,0.))",
        "merge(1/(Tgas-2e1), 1., Tgas /= 2e1)",
    ],
)
@pytest.mark.parametrize("temperature", [20.0, 100.0])
def test_derivatives_are_finite_where_values_are(text, temperature):
    law = Expression(text)
    value, slope = jax.value_and_grad(lambda t: law.coefficient(at(t)))(temperature)
    _, tangent = jax.jvp(lambda t: law.coefficient(at(t)), (temperature,), (1.0,))
    assert np.isfinite([value, slope, tangent]).all()


def test_slopes_by_densities_are_finite_at_zero(network):
    rhs = ef.FusedRHS(network, backend="vectorized")
    jacobian = rhs.jacobian(0.0, np.zeros(5), at()).todense()
    assert np.isfinite(jacobian).all()


def test_all_backends_agree(network):
    rhs = [ef.FusedRHS(network, backend=backend) for backend in ("vectorized", "auto")]
    expected, found = (r(0.0, Y0, at()) for r in rhs)
    np.testing.assert_allclose(found, expected, rtol=1e-12)
    module = execute(ef.CodeGenerator(network, "literal").generate_code(), "expressions")
    np.testing.assert_allclose(module["static_ode"](0.0, Y0, at()), expected, rtol=1e-12)


@pytest.mark.parametrize("moving", [False, True])
def test_native_solves_are_those_of_arrays(network, moving):
    def rising(t):
        return at(300.0 * (1.0 + 1e-12 * t), 2.0 + 1e-11 * t)

    given = rising if moving else at()
    if moving:  # where conditions change, native steps know no totals
        network = ef.Network(network.species, [r for r in network.reactions if not needed_totals(r)])
    native, plain = (
        ef.solve(ef.FusedRHS(network, backend=backend), given, Y0, 3e3 * ef.YEAR, saveat=3)
        for backend in ("auto", "vectorized")
    )
    np.testing.assert_allclose(native.abundances, plain.abundances, rtol=1e-7, atol=1e-22)


def test_grids_map_over_them(network):
    rhs = ef.FusedRHS(network)
    grid = ef.solve_grid(rhs, at(j21=np.array([1e-3, 2.0])), Y0, 1e2 * ef.YEAR, saveat=1)
    one = ef.solve(rhs, at(), Y0, 1e2 * ef.YEAR, saveat=1)
    np.testing.assert_allclose(grid.cell(1).abundances, one.abundances, rtol=1e-6)
    assert not np.isclose(grid.cell(0).final["H-"], grid.cell(1).final["H-"], rtol=0.1, atol=0.0)


def test_is_the_modified_arrhenius_law():
    temperature = jnp.array([10.0, 77.0, 3000.0])
    law, kooij = Expression("2.8e-7*T32**(-0.69)*exp(-120/Tgas)"), Kooij(2.8e-7, -0.69, 120.0)
    found = jax.vmap(lambda t: law.coefficient(at(t)))(temperature)
    np.testing.assert_allclose(found, jax.vmap(lambda t: kooij.coefficient(at(t)))(temperature), rtol=1e-14)
    assert jax.tree.leaves(jax.tree.map(lambda x: 2 * x, law)) == [5.6e-7, 1.38, 240.0]


@pytest.mark.parametrize("name", ["dissH2_Martin96", "dissH2H_Hunter23", "dissH2H2_Hunter23"])
def test_second_derivatives_are_finite_where_dissociation_underflows(name):
    law = Expression(f"{name}(n,Tgas)")

    densities = tuple(jnp.asarray({"H": 290.0, "H2": 5.0}[name]) for name in law.modifying_species)

    def k(temperature):
        cloud = ef.Conditions(temperature, 300.0)
        return law.coefficient(cloud) * law.modifier(cloud, densities)

    temperatures = jnp.geomspace(5.0, 1e4, 60)
    assert jnp.isfinite(jax.vmap(jax.grad(jax.grad(k)))(temperatures)).all()
    assert jnp.isfinite(jax.vmap(k)(temperatures)).all()
