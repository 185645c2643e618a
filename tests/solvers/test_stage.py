"""What `SparseNewton` relies on in diffrax, and how it says so when that is not there."""

import re

import diffrax
import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import optimistix as optx
import pytest
from diffrax._solver import runge_kutta

from eqxfuse import SparseNewton
from eqxfuse._solvers.stage import INCREMENT, SLOPE, Stage, check_relation

RELATIONS = {SLOPE: runge_kutta._implicit_relation_f, INCREMENT: runge_kutta._implicit_relation_k}
Z, BASE = jnp.array([0.5, -1.0]), jnp.array([2.0, 3.0])


def _vf(t, y, args):
    return args * y[::-1] ** 2 * t


def _arguments(form, diagonal=0.25, control=0.1):
    parts = {
        "stage index": 1,
        "diagonal": jnp.asarray(diagonal),
        "vf": _vf,
        "prod": lambda f, control: f * control,
        "vf_prod": lambda t, y, args, control: control * _vf(t, y, args),
        "t": jnp.asarray(7.0),
        "y": BASE,
        "args": 3.0,
        "control": jnp.asarray(control),
    }
    return tuple(parts[name] for name in form)


def _relation(form):
    return lambda z, arguments: (RELATIONS[form](z, arguments), None)


@pytest.mark.parametrize("form", RELATIONS, ids=["slope", "increment"])
def test_the_matrix_is_the_derivative_of_the_relation(form):
    arguments = _arguments(form)
    stage = Stage.of(Z, arguments)
    check_relation(_relation(form), arguments)
    jacobian = jax.jacfwd(lambda y: _vf(stage.t, y, stage.args))(stage.state(Z))
    expected = jax.jacfwd(lambda z: RELATIONS[form](z, arguments))(Z)
    np.testing.assert_allclose(jnp.eye(2) - stage.weight * jacobian, expected, rtol=1e-14)


@pytest.mark.parametrize("form", RELATIONS, ids=["slope", "increment"])
def test_the_state_is_what_the_relation_evaluates(form):
    stage = Stage.of(Z, _arguments(form))
    slope = _vf(stage.t, stage.state(Z), stage.args)
    residual = Z - (slope if form is SLOPE else 0.1 * slope)
    np.testing.assert_allclose(residual, RELATIONS[form](Z, _arguments(form)), rtol=1e-14)


def test_explicit_stages_and_time_that_runs_backwards():
    assert Stage.of(Z, _arguments(SLOPE, diagonal=0.0)).is_explicit
    assert not Stage.of(Z, _arguments(SLOPE)).is_explicit
    assert Stage.of(Z, _arguments(SLOPE)).t == 7.0
    assert Stage.of(Z, _arguments(SLOPE, control=-0.1)).t == -7.0


def _refuses(text):
    return pytest.raises(RuntimeError, match=f"{text}.*diffrax {re.escape(diffrax.__version__)}")


def test_other_arguments_are_refused():
    with _refuses("arguments of a Runge-Kutta stage"):
        Stage.of(Z, _arguments(SLOPE)[1:-1])
    with _refuses("arguments of a Runge-Kutta stage"):
        Stage.of(Z, {"t": 1.0})
    swapped = list(_arguments(SLOPE))
    swapped[4], swapped[5] = swapped[5], swapped[4]
    with pytest.raises(TypeError, match="one real vector"):
        Stage.of(Z, tuple(swapped))
    with _refuses("scalars"):
        Stage.of(Z, (*_arguments(SLOPE)[:-1], BASE))


def test_another_relation_is_refused():
    arguments = _arguments(SLOPE)
    with _refuses("relation"):
        check_relation(lambda z, a: (-RELATIONS[SLOPE](z, a), None), arguments)
    with _refuses("relation"):
        check_relation(lambda z, a: (z + a["diagonal"], None), arguments)


class _Decay(eqx.Module):
    def __call__(self, t, y, args):
        return jax.tree.map(jnp.negative, y)

    def jacobian(self, t, y, args):
        return -jnp.eye(len(y))


def _solve(solver, y0):
    controller = diffrax.PIDController(rtol=1e-3, atol=1e-6)
    return diffrax.diffeqsolve(diffrax.ODETerm(_Decay()), solver, 0.0, 1.0, 0.1, y0, stepsize_controller=controller)


def test_methods_without_such_stages_are_refused():
    with _refuses("arguments of a Runge-Kutta stage"):
        _solve(diffrax.ImplicitEuler(root_finder=SparseNewton(_Decay())), jnp.ones(1))


def test_states_that_are_no_vector_are_refused():
    for y0 in ({"a": jnp.ones(1)}, jnp.ones((2, 2)), jnp.ones(())):
        with pytest.raises(TypeError, match="one real vector"):
            _solve(diffrax.Kvaerno3(root_finder=SparseNewton(_Decay())), y0)


def test_equations_that_are_no_stage_are_refused():
    newton = SparseNewton(_Decay(), rtol=1e-6, atol=1e-6, norm=optx.max_norm)
    with _refuses("arguments of a Runge-Kutta stage"):
        optx.root_find(lambda y, args: y - 1.0, newton, jnp.zeros(1))
