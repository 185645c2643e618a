"""What a solve starts from: the right-hand side and the initial state."""

from collections.abc import Mapping, Sequence

import numpy as np

from eqxfuse._chemistry.network import Network
from eqxfuse._cli.errors import CommandError, UsageError
from eqxfuse._cli.report import warn
from eqxfuse._rhs.fused import FusedRHS
from eqxfuse.errors import BackendUnavailable, UnknownSpecies


def start(network: Network, initial: Mapping[str, float], shown: Sequence[str]):
    """y0, with a warning where it is probably not what was meant. Raises `UsageError`."""
    try:
        y0 = network.abundances(initial)
        for name in shown:
            network.index(name)
    except UnknownSpecies as error:
        raise UsageError(str(error)) from error
    totals = dict(zip(network.elements, network.composition @ np.asarray(y0), strict=False))
    if abs(totals.get("H", 1.0) - 1) > 0.01:
        warn(f"the initial abundances hold {totals['H']:.3g} hydrogen nuclei for each one; n/n_H should add up to 1")
    return y0


def right_hand_side(network: Network, backend) -> FusedRHS:
    try:
        return FusedRHS(network, backend=backend)
    except BackendUnavailable as error:
        raise CommandError(str(error)) from error
