import diffrax
import jax
import jax.numpy as jnp
import numpy as np
import pytest

import eqxfuse as ef
from eqxfuse import Conditions, Outcome

HERE = Conditions(temperature=1.0, density=1.0)
PUBLISHED = {0.4: (9.8517e-1, 3.3864e-5, 1.4794e-2), 40.0: (7.1583e-1, 9.1855e-6, 2.8416e-1)}
"""Robertson's problem at two times, as in the documentation of LSODE (Hindmarsh 1980)."""


FAST = diffrax.Tsit5()
"""For what is not stiff: compiles in a third of the time."""


@pytest.fixture(scope="module")
def robertson():
    return ef.FusedRHS(ef.networks.robertson())


@pytest.fixture(scope="module")
def start(robertson):
    return robertson.network.abundances({"A": 1.0})


@pytest.fixture(scope="module")
def decay():
    """A falls with the density as its rate, so that dependence on conditions is known exactly."""
    network = ef.Network.from_reactions(["A + M -> B + M"], [1.0])
    return ef.FusedRHS(network), network.abundances({"A": 1.0, "M": 1.0})


def test_published_values(robertson, start):
    found = ef.solve(robertson, HERE, start, 40.0, rtol=1e-6, atol=1e-12, saveat=np.array([0.4, 40.0]))
    np.testing.assert_allclose(found.abundances, list(PUBLISHED.values()), rtol=1e-4)
    assert bool(found.succeeded) and int(found.statistics["steps"]) > 10
    assert int(found.statistics["accepted"] + found.statistics["rejected"]) == int(found.statistics["steps"])
    assert max(map(float, found.conservation().values())) < 1e-10


def test_outputs_spread_over_six_decades(decay):
    rhs, y0 = decay
    times = ef.solve(rhs, HERE, y0, 3.0, t0=1.0, saveat=7, solver=FAST).times
    np.testing.assert_allclose(times, 1.0 + 2.0 * 10.0 ** np.arange(-6, 1.0), rtol=1e-15)
    assert times[-1] == 3.0
    np.testing.assert_array_equal(ef.solve(rhs, HERE, y0, 3.0, saveat=1, solver=FAST).times, [3.0])


def test_every_form_of_conditions(decay):
    rhs, y0 = decay
    forms = {
        "conditions": (rhs, HERE),
        "coefficients": (rhs, rhs.precompute(HERE)),
        "a function of time": (rhs, lambda t: HERE),
        "bound": (rhs.at(HERE), None),
    }
    for name, (own, conditions) in forms.items():
        final = ef.solve(own, conditions, y0, 1.0, saveat=1, solver=FAST).final["A"]
        assert float(final) == pytest.approx(np.exp(-1), rel=1e-4), name


def test_conditions_that_change_with_time(decay):
    rhs, y0 = decay

    def growing(t):
        return Conditions(temperature=10.0, density=1.0 + t)

    found = ef.solve(rhs, growing, y0, 1.0, rtol=1e-8, saveat=1, solver=FAST)
    assert float(found.final["A"]) == pytest.approx(np.exp(-1.5), rel=1e-6)


def test_another_temperature_does_not_compile_again(start):
    traced = []

    def rate(conditions):
        traced.append(conditions)
        return 1e-3 * jnp.sqrt(conditions.temperature)

    rhs = ef.FusedRHS(ef.Network.from_reactions(["A -> B"], [ef.rate_laws.UserRate(rate)]))
    y0 = rhs.network.abundances({"A": 1.0})
    ef.solve(rhs, Conditions(temperature=4.0, density=1.0), y0, 10.0, solver=FAST)
    after_first = len(traced)
    found = ef.solve(rhs, Conditions(temperature=9.0, density=2.0), y0, 1000.0, rtol=1e-6, solver=FAST)
    assert len(traced) == after_first
    assert float(found.final["A"]) == pytest.approx(np.exp(-3.0), rel=1e-5)


def test_a_batch_equals_single_solves(decay):
    rhs, y0 = decay
    densities = jnp.array([0.5, 1.0, 2.0])

    def final(density):
        return ef.solve(rhs, Conditions(temperature=1.0, density=density), y0, 1.0, saveat=1, solver=FAST).final["A"]

    np.testing.assert_allclose(jax.vmap(final)(densities), np.exp(-densities), rtol=1e-4)
    np.testing.assert_allclose(jax.jit(jax.vmap(final))(densities), [final(d) for d in densities], rtol=1e-12)


@pytest.mark.parametrize("mode", ["reverse", "forward"])
def test_derivatives(decay, mode):
    rhs, y0 = decay
    adjoint = diffrax.ForwardMode() if mode == "forward" else None

    def final(density):
        conditions = Conditions(temperature=1.0, density=density)
        return ef.solve(rhs, conditions, y0, 1.0, rtol=1e-8, saveat=1, adjoint=adjoint).final["A"]

    slope = jax.jacfwd(final) if mode == "forward" else jax.grad(final)
    assert float(slope(2.0)) == pytest.approx(-np.exp(-2.0), rel=1e-5)


def test_failure_says_what_to_try(robertson, start):
    with pytest.raises(RuntimeError, match="Raise max_steps"):
        ef.solve(robertson, HERE, start, 1e6, max_steps=5)
    with pytest.raises(RuntimeError, match="Raise max_steps"):
        jax.block_until_ready(jax.jit(lambda y: ef.solve(robertson, HERE, y, 1e6, max_steps=5).final)(start))


def test_failure_without_throw(robertson, start):
    found = ef.solve(robertson, HERE, start, 1e6, max_steps=5, throw=False)
    assert bool(found.result == Outcome.max_steps_reached) and not bool(found.succeeded)
    assert np.isnan(found.abundances[-1]).all() and int(found.statistics["steps"]) == 5


def test_single_precision_stays_single(decay):
    rhs, y0 = decay
    found = ef.solve(rhs, HERE, y0.astype(jnp.float32), 1.0, saveat=1, solver=FAST)
    assert {found.abundances.dtype, found.times.dtype} == {jnp.dtype("float32")}
    assert float(found.final["A"]) == pytest.approx(np.exp(-1), rel=1e-4)


def test_densities_are_called_densities():
    rhs = ef.FusedRHS(ef.Network.from_reactions(["A -> B"], [1.0]), state="density")
    found = ef.solve(rhs, HERE, jnp.array([1e4, 0.0]), 1.0, atol=1e-10, solver=FAST)
    assert found.state == "density" and float(found.final["A"]) == pytest.approx(1e4 * np.exp(-1), rel=1e-4)


def test_the_bar_goes_to_stderr(decay, capfd):
    rhs, y0 = decay
    jax.block_until_ready(ef.solve(rhs, HERE, y0, 1.0, progress=True, solver=FAST))
    jax.effects_barrier()
    out, err = capfd.readouterr()
    assert out == "" and "100.00%" in err


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"y0": jnp.array([np.nan, 0.0, 1.0])}, "y0 holds values that are not finite"),
        ({"y0": jnp.array([1.0, 0.0])}, r"y0 must be \[species\] with 3 species, got shape \(2,\)"),
        ({"y0": {"A": -1e-4, "M": 1.0}}, "y0 must not be negative, got -0.0001 of A"),
        (
            {"conditions": Conditions(temperature=jnp.array(np.nan), density=1.0)},
            "temperature must be finite and positive",
        ),
        ({"conditions": Conditions(temperature=1.0, density=np.array(-5.0))}, "density must be .* positive, got -5.0"),
        ({"t1": 0.0}, "t1 must be larger than t0"),
        ({"t1": np.nan}, "t1 must be larger than t0"),
        ({"saveat": 0}, "saveat must be 1 or more"),
        ({"saveat": np.ones((2, 2))}, "saveat must be a number of outputs or a list"),
        ({"saveat": np.array([0.5, 0.1])}, "increasing times.*got 0.1 s after 0.5 s"),
        ({"saveat": np.array([0.5, np.nan])}, "increasing times between t0 and t1, got nan"),
        ({"saveat": True}, "saveat must be a number of outputs or a list of times .*, got True"),
        ({"max_steps": True}, "max_steps must be a whole number"),
        ({"saveat": np.array([0.5, 2.0])}, "between t0 and t1, got 2.0 s with t0 = 0.0 s, t1 = 1.0 s"),
        ({"t1": np.inf}, "t1 must be larger than t0 and finite, got t0 = 0.0 s, t1 = inf s"),
        ({"t1": np.ones(2)}, r"t1 must be one number, got shape \(2,\)"),
        ({"rtol": -1.0}, "rtol must be finite and zero or more, got -1.0"),
        ({"atol": np.nan}, "atol must be finite"),
        ({"rtol": 0.0, "atol": 0.0}, "must not both be zero"),
        ({"max_steps": 0}, "max_steps must be a whole number, 1 or more, got 0"),
        ({"stepsize_controller": diffrax.ConstantStepSize()}, "stepsize_controller must choose the steps"),
        ({"stepsize_controller": diffrax.StepTo(jnp.array([0.0, 1.0])), "rtol": 1e-6}, "tolerances of its own"),
    ],
)
def test_arguments_that_make_no_sense(decay, change, message):
    rhs, y0 = decay
    with pytest.raises(ValueError, match=message):
        ef.solve(rhs, **{"conditions": HERE, "y0": y0, "t1": 1.0, **change})


@pytest.mark.parametrize("temperature", ["10", [10.0, 20.0]])
def test_conditions_are_numbers_or_arrays(temperature):
    with pytest.raises(TypeError, match="temperature must be a number or an array"):
        Conditions(temperature=temperature, density=1.0)


@pytest.mark.parametrize("whole", [np.int64, jnp.int32])
def test_whole_numbers_of_any_library(decay, whole):
    rhs, y0 = decay
    found = ef.solve(rhs, HERE, y0, 1.0, saveat=whole(1), max_steps=whole(10_000), solver=FAST)
    assert found.times.shape == (1,) and bool(found.succeeded)


def test_a_network_is_no_right_hand_side(decay):
    rhs, y0 = decay
    calls = (
        lambda network: ef.solve(network, HERE, y0, 1.0),
        lambda network: ef.solve_grid(network, HERE, y0, 1.0),
        lambda network: ef.budget(network, HERE, y0, "A"),
        lambda network: ef.sensitivities(network, HERE, y0, 1.0, "A"),
    )
    for call in calls:
        with pytest.raises(TypeError, match=r"rhs must be a FusedRHS, got Network\(.*1 reaction\): pass ef.FusedRHS"):
            call(rhs.network)


def test_a_failure_in_a_batch_says_what_to_do(decay):
    rhs, y0 = decay

    def final(density):
        conditions = Conditions(temperature=1.0, density=density)
        return ef.solve(rhs, conditions, y0, 1.0, max_steps=50, saveat=1, solver=FAST).final["A"]

    message = "one of its batch.* failed, because it used up `max_steps` steps.* Raise max_steps .*With throw=False"
    with pytest.raises(RuntimeError, match=message):
        jax.vmap(final)(jnp.array([1.0, 1e6]))


def test_a_start_may_be_as_negative_as_a_solve_leaves_it(decay):
    rhs, _ = decay
    assert bool(ef.solve(rhs, HERE, {"A": 1.0, "M": 1.0, "B": -1e-25}, 1.0, saveat=1, solver=FAST).succeeded)


@pytest.mark.parametrize("name", ["solver", "stepsize_controller", "adjoint"])
def test_what_is_no_method(decay, name):
    rhs, y0 = decay
    with pytest.raises(TypeError, match=f"{name} must be a diffrax.Abstract.*, got 'Tsit5'"):
        ef.solve(rhs, HERE, y0, 1.0, **{name: "Tsit5"})


def test_traced_arguments_are_checked_when_they_run(decay):
    rhs, y0 = decay

    @jax.jit
    def final(t1, rtol):
        return ef.solve(rhs, HERE, y0, t1, rtol=rtol, saveat=1, solver=FAST).final["A"]

    assert float(final(1.0, 1e-6)) == pytest.approx(np.exp(-1), rel=1e-5)
    with pytest.raises((RuntimeError, ValueError), match="t1 must be larger than t0"):
        jax.block_until_ready(final(0.0, 1e-6))
    with pytest.raises((RuntimeError, ValueError), match="rtol must be finite and zero or more"):
        jax.block_until_ready(final(1.0, -1e-6))


def test_a_controller_that_knows_of_a_jump(decay):
    """A steps down at t = 0.5 from one rate to another."""
    rhs, y0 = decay

    def stepped(t):
        return Conditions(temperature=10.0, density=jnp.where(t < 0.5, 4.0, 1.0))

    plain = diffrax.PIDController(rtol=1e-8, atol=1e-14)
    knowing = diffrax.ClipStepSizeController(plain, jump_ts=jnp.array([0.5]))
    found = ef.solve(rhs, stepped, y0, 1.0, saveat=1, stepsize_controller=knowing)
    stumbling = ef.solve(rhs, stepped, y0, 1.0, saveat=1, stepsize_controller=plain)
    assert float(found.final["A"]) == pytest.approx(np.exp(-2.5), rel=1e-6)
    assert int(found.statistics["rejected"]) < int(stumbling.statistics["rejected"])


def test_a_start_by_name(decay):
    rhs, y0 = decay
    named = ef.solve(rhs, HERE, {"A": 1.0, "M": 1.0}, 1.0, saveat=1, solver=FAST)
    np.testing.assert_array_equal(named.abundances, ef.solve(rhs, HERE, y0, 1.0, saveat=1, solver=FAST).abundances)


def test_one_start_without_numbers_leaves_the_others_of_its_batch_alone(decay):
    rhs, y0 = decay
    starts = jnp.stack([y0, y0.at[0].set(jnp.nan), 0.5 * y0])
    options = {"saveat": 1, "solver": FAST, "throw": False, "max_steps": 100}
    found = jax.vmap(lambda y: ef.solve(rhs, HERE, y, 1.0, **options))(starts)
    np.testing.assert_array_equal(found.succeeded, [True, False, True])
    np.testing.assert_allclose(found.final["A"], [np.exp(-1), np.nan, 0.5 * np.exp(-0.5)], rtol=1e-4)


def test_a_failure_says_where_it_stands_and_whether_anything_moves():
    """The Brusselator never comes to rest."""
    equations = ["A -> A + X", "B + X -> B + Y", "2 X + Y -> 3 X", "X -> Z"]
    rhs = ef.FusedRHS(ef.Network.from_reactions(equations, [1.0] * 4))
    y0 = {"A": 1.0, "B": 3.0, "X": 1.0, "Y": 1.0}
    message = (
        r"stands at t = (\S+) yr of 1e\+06 yr after 1000 steps, where the solution still moves: [XY] changes by .* yr"
    )
    with pytest.raises(RuntimeError, match=message) as raised:
        ef.solve(rhs, HERE, y0, 1e6 * ef.YEAR, max_steps=1000)
    failed = ef.solve(rhs, HERE, y0, 1e6 * ef.YEAR, max_steps=1000, throw=False)
    assert f"t = {float(failed.end_time) / ef.YEAR:.6g} yr" in str(raised.value)
    assert np.isfinite(failed.end_state).all()


def test_a_solve_that_arrives_ends_at_the_end(decay):
    rhs, y0 = decay
    found = ef.solve(rhs, HERE, y0, 2.0, saveat=np.array([1.0]), solver=FAST)
    assert float(found.end_time) == 2.0 and float(found.end_state[0]) == pytest.approx(np.exp(-2), rel=1e-3)


def test_a_traced_start_is_checked_when_it_runs(decay):
    rhs, y0 = decay
    final = jax.jit(lambda y: ef.solve(rhs, HERE, y, 1.0, solver=FAST).final)
    with pytest.raises(RuntimeError, match="y0 holds values that are not finite"):
        jax.block_until_ready(final(y0.at[0].set(jnp.nan)))
