"""How the right-hand side of a carbox network is called, in each generation of carbox."""

import inspect
from typing import Any

from eqxfuse._chemistry.conditions import Conditions

_LEADING = ("time", "abundances", "temperature")
_FIELDS = ("cr_rate", "fuv_rate", "visual_extinction")
_MODIFIERS = ("rate_modifier_a", "rate_modifier_b")
_KNOWN = {
    (*_LEADING, "density", *_FIELDS): True,
    (*_LEADING, *_FIELDS): False,
    (*_LEADING, *_FIELDS, *_MODIFIERS): False,
}


def takes_density(ode: Any) -> bool:
    """Whether `ode` is called with the density, and its state is in abundances; otherwise it is in cm^-3.

    Raises `TypeError` when its arguments are those of no known generation of carbox.
    """
    names = tuple(inspect.signature(ode).parameters)
    if names not in _KNOWN:
        known = "; ".join(", ".join(own) for own in _KNOWN)
        raise TypeError(
            f"the network's right-hand side {type(ode).__name__} takes ({', '.join(names)}); eqxfuse knows carbox "
            f"networks that take one of: {known}"
        )
    return _KNOWN[names]


def conditions(temperature, density, cr_rate, fuv_rate, visual_extinction) -> Conditions:
    """What carbox's own arguments are as the `Conditions` of a network read from carbox.

    `temperature` [K], `density` [cm^-3] and `visual_extinction` [mag] are what they are elsewhere. `cr_rate` and
    `fuv_rate` go to `zeta` and `g0` in the units of the carbox network, which depend on the file that carbox read
    (for UCLCHEM: 1.3e-17 s^-1 and the Habing field).
    """
    return Conditions(temperature, density, zeta=cr_rate, g0=fuv_rate, av=visual_extinction)
