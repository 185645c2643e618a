"""Named quantities that rates need beside the fields of `Conditions`: they behave as fields do."""

import importlib.util

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import eqxfuse as ef
from eqxfuse._cli.main import main
from eqxfuse._cli.quantities import parse_parameters
from eqxfuse._kernels import execute
from eqxfuse.rate_laws import UserRate

J21 = 3e-2
YEAR = ef.YEAR


def detached(conditions, scale):
    return scale * conditions.parameters["user_J21"] * conditions.user_fraction


def attached(conditions, densities, scale):
    del scale
    return 1.0 / (1.0 + jnp.maximum(densities[0], 0.0) * conditions.user_fraction)


NEEDS = ("user_J21", "user_fraction")


@pytest.fixture(scope="module")
def network():
    return ef.Network.from_reactions(
        ["H- -> H + e-", "H + e- -> H-", "H + H- -> H2 + e-", "H+ + e- -> H"],
        [
            UserRate(detached, (1e-5,), attached, ("H2",), needs=NEEDS),
            1e-15,
            ef.rate_laws.Kooij(1.3e-9, -0.1, 1.0),
            1e-14,
        ],
        species=["H", "e-", "H-", "H2", "H+"],
    )


@pytest.fixture(scope="module")
def rhs(network):
    return ef.FusedRHS(network)


Y0 = np.array([1.0, 1e-4, 0.0, 1e-6, 1e-4])


def at(j21=J21, fraction=0.5, **others):
    return ef.Conditions(300.0, 1e2, **others, parameters={"user_fraction": fraction, "user_J21": j21})


def test_a_network_names_what_its_laws_need(network):
    assert network.parameters == NEEDS
    assert network.fields[-2:] == NEEDS
    assert "parameters that conditions have to give: user_J21, user_fraction" in network.summary()
    assert ef.networks.robertson().parameters == ()


def test_conditions_show_them_and_give_them_as_fields():
    assert (
        repr(at())
        == "Conditions(temperature=300.0, density=100.0, parameters={'user_J21': 0.03, 'user_fraction': 0.5})"
    )
    assert at().user_J21 == J21
    assert "user_J21" in at()._repr_html_()
    with pytest.raises(AttributeError, match="no field and no parameter 'user_j21'"):
        at().user_j21  # noqa: B018
    found = ef.Conditions.from_vector(at().vector(NEEDS), NEEDS)
    assert found.parameters.keys() == {*NEEDS}
    assert found.user_J21 == J21 and found.user_fraction == 0.5


@pytest.mark.parametrize("name", ["user J", "", "_hidden", "for", "density", "vector", "parameters"])
def test_refuses_names_that_cannot_stand_for_them(name):
    with pytest.raises(ValueError, match="parameter"):
        ef.Conditions(10.0, 1e4, parameters={name: 1.0})


def test_refuses_what_is_no_number():
    with pytest.raises(ValueError, match="user_x must be finite, got nan"):
        ef.Conditions(10.0, 1e4, parameters={"user_x": np.nan})
    with pytest.raises(TypeError, match="user_x must be a number"):
        ef.Conditions(10.0, 1e4, parameters={"user_x": "1"})
    with pytest.raises(TypeError, match="must be a dict"):
        ef.Conditions(10.0, 1e4, parameters=("user_x", 1.0))
    assert ef.Conditions(10.0, 1e4, parameters={"user_x": -1}).user_x == -1.0


def test_missing_ones_are_an_error_that_says_what_to_write(network, rhs):
    bare = ef.Conditions(300.0, 1e2)
    line = r'write Conditions\(..., parameters=\{"user_J21": ..., "user_fraction": ...\}\)'
    for call in (
        network.rate_table,
        rhs.precompute,
        lambda c: rhs(0.0, Y0, c),
        lambda c: ef.solve(rhs, c, Y0, YEAR),
        lambda c: ef.solve(rhs, lambda t: c, Y0, YEAR),
        lambda c: ef.solve_grid(rhs, c, Y0, YEAR),
        lambda c: ef.compare(network, network, c),
    ):
        with pytest.raises(ValueError, match=line):
            call(bare)


def test_unknown_ones_are_an_error_with_the_nearest(network, rhs):
    wrong = ef.Conditions(300.0, 1e2, parameters={"user_J21": 1.0, "user_fraction": 1.0, "user_J22": 1.0})
    with pytest.raises(ValueError, match="no parameter 'user_J22'; did you mean user_J21"):
        rhs.precompute(wrong)
    plain = ef.FusedRHS(ef.networks.robertson())
    with pytest.raises(ValueError, match="no parameter 'user_J21': they have none"):
        plain.precompute(ef.Conditions(10.0, 1e4, parameters={"user_J21": 1.0}))


def test_coefficients_follow_them_and_can_be_differentiated(network, rhs):
    k = jax.jit(lambda c: rhs.rate_coefficients(c))
    np.testing.assert_allclose(k(at())[0], 1e-5 * J21 * 0.5, rtol=1e-14)
    slope = jax.grad(lambda j: k(at(j))[0])(J21)
    np.testing.assert_allclose(slope, 0.5e-5, rtol=1e-14)
    many = jax.vmap(lambda j: k(at(j))[0])(jnp.array([1.0, 2.0]))
    np.testing.assert_allclose(many, [0.5e-5, 1e-5], rtol=1e-14)


def test_the_literal_text_takes_them_as_arguments(network, rhs):
    text = ef.CodeGenerator(network, "literal").generate_code()
    module = execute(text, "parameters")
    own = module["Conditions"](temperature=300.0, density=1e2, user_J21=J21, user_fraction=0.5)
    for given in (own, at()):
        np.testing.assert_allclose(module["static_ode"](0.0, Y0, given), rhs(0.0, Y0, at()), rtol=1e-12)


def test_solves_follow_those_that_change_with_time(rhs):
    """Natively, inside of the step, and with JAX between calls."""
    still = ef.solve(rhs, at(), Y0, 1e3 * YEAR, saveat=3)
    moving = ef.solve(rhs, lambda t: at(J21 + 0.0 * t), Y0, 1e3 * YEAR, saveat=3)
    rising = lambda t: at(J21 * (1.0 + t / (1e3 * YEAR)))  # noqa: E731
    native = ef.solve(rhs, rising, Y0, 1e3 * YEAR, saveat=3)
    plain = ef.solve(ef.FusedRHS(rhs.network, backend="vectorized"), rising, Y0, 1e3 * YEAR, saveat=3)
    np.testing.assert_allclose(moving.final["H2"], still.final["H2"], rtol=1e-3)
    np.testing.assert_allclose(native.abundances, plain.abundances, rtol=1e-8, atol=1e-25)
    assert not np.allclose(native.final["H-"], still.final["H-"], rtol=0.1, atol=0.0)


def test_trajectories_keep_them(rhs, tmp_path):
    grid = ef.solve_grid(rhs, at(j21=np.array([1e-2, 1.0, 1e2])), Y0, YEAR, saveat=2)
    assert grid.origin.dims == ("user_J21",)
    suffixes = ["npz"] + ["nc"] * bool(importlib.util.find_spec("xarray"))
    for suffix in suffixes:
        path = tmp_path / f"grid.{suffix}"
        grid.save(path)
        found = ef.Trajectory.load(path)
        assert found.cell(2).conditions.user_J21 == 1e2
        assert found.cell(2).conditions.user_fraction == 0.5
    if len(suffixes) > 1:
        labelled = grid.to_xarray()
        assert labelled["user_J21"].dims == ("user_J21",)
        np.testing.assert_array_equal(labelled["user_J21"], [1e-2, 1.0, 1e2])


def test_the_command_line_reads_them():
    assert parse_parameters("user_a=1,user_b=-2e3") == {"user_a": (1.0,), "user_b": (-2e3,)}
    axes = parse_parameters("user_a=1,2,user_b=1e-2:1:3log", axes=True)
    assert axes["user_a"] == (1.0, 2.0)
    np.testing.assert_allclose(axes["user_b"], [1e-2, 1e-1, 1.0])
    for wrong in ("user_a", "=1", "user_a=1,user_a=2", "user_a=x", "user a=1", "user_a=inf"):
        with pytest.raises(ValueError, match=r".+"):
            parse_parameters(wrong)


def test_the_command_line_refuses_what_a_network_does_not_need(capsys):
    command = ["run", "robertson", "--temperature", "10", "--density", "1", "--initial", "A=1", "--t-end", "1s"]
    assert main([*command, "--parameter", "user_J21=1"]) == 2
    assert "no parameter 'user_J21': they have none" in capsys.readouterr().err


def test_grids_of_the_command_line_have_axes_of_them(tmp_path, capsys):
    path = tmp_path / "react_test"
    path.write_text("@common:user_k\n@format:R,P,P,rate\nH2,H,H,user_k*1d-12\n@format:R,R,P,rate\nH,H,H2,1d-16\n")
    command = ["grid", str(path), "--temperature", "10", "--density", "10", "--t-end", "1kyr", "--out", str(tmp_path)]
    assert main([*command, "--initial", "H2=0.5", "--parameter", "user_k=1e-3:1:3log"]) == 0
    assert "3 user_k: 3 cells" in capsys.readouterr().out
    found = ef.Trajectory.load(tmp_path / "react_test.grid.npz")
    np.testing.assert_allclose(found.conditions.user_k, np.geomspace(1e-3, 1.0, 3))
    assert (np.diff(found.final["H"]) > 0).all()
