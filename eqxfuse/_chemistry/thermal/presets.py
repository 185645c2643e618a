"""Sets of processes that go together: nothing is in one of them twice."""

from typing import Literal

from eqxfuse._chemistry.thermal.atomic import AtomicLines, CollisionalIonisation, FreeFree, Recombination
from eqxfuse._chemistry.thermal.chemical import ChemicalHeat
from eqxfuse._chemistry.thermal.co_cooling import COCooling
from eqxfuse._chemistry.thermal.compression import Compression
from eqxfuse._chemistry.thermal.compton import Compton
from eqxfuse._chemistry.thermal.continuum import Continuum
from eqxfuse._chemistry.thermal.cosmic_rays import CosmicRays
from eqxfuse._chemistry.thermal.dust import GasGrainExchange
from eqxfuse._chemistry.thermal.fine_structure import CarbonLines, IonisedCarbonLine, OxygenLines
from eqxfuse._chemistry.thermal.h2_cooling import H2Cooling, Opacity
from eqxfuse._chemistry.thermal.hd_cooling import HDCooling
from eqxfuse._chemistry.thermal.photoelectric import (
    GrainRecombinationBakesTielens,
    GrainRecombinationWeingartnerDraine,
    PhotoelectricBakesTielens,
    PhotoelectricWeingartnerDraine,
)
from eqxfuse._chemistry.thermal.process import Process
from eqxfuse._chemistry.thermal.ultraviolet import H2Photons, Photoionisation

_ATOMIC = (AtomicLines(), CollisionalIonisation(), Recombination(), FreeFree())
_GRAINS: dict[str, tuple[Process, ...]] = {
    "weingartner-draine": (PhotoelectricWeingartnerDraine(), GrainRecombinationWeingartnerDraine()),
    "bakes-tielens": (PhotoelectricBakesTielens(), GrainRecombinationBakesTielens()),
}


def primordial(*, opacity: Opacity = "density") -> tuple[Process, ...]:
    """Gas without metals and dust, from the background's expansion to a collapse.

    `opacity` is that of `H2Cooling`. H + H -> H2 counts as no reaction on grains. What collisions of H2 emit is in the
    opacity of `Continuum`, so `CollisionInducedEmission` is not here.
    """
    return (
        *_ATOMIC,
        Compton(),
        Compression(),
        H2Cooling(opacity=opacity),
        HDCooling(),
        Continuum(),
        ChemicalHeat(grains=False),
    )


def interstellar(
    *, grains: Literal["weingartner-draine", "bakes-tielens"] = "weingartner-draine"
) -> tuple[Process, ...]:
    """Gas with metals and dust in far-ultraviolet light and cosmic rays, from hot gas to dark clouds.

    `grains` is the source of the photoelectric effect and of recombination on grains. Raises `ValueError`.
    """
    if grains not in _GRAINS:
        raise ValueError(f"grains must be one of {', '.join(_GRAINS)}, got {grains!r}")
    return (
        *_ATOMIC,
        Compton(),
        Compression(),
        IonisedCarbonLine(),
        OxygenLines(),
        CarbonLines(),
        COCooling(),
        H2Cooling(),
        HDCooling(),
        *_GRAINS[grains],
        GasGrainExchange(),
        CosmicRays(),
        H2Photons(),
        Photoionisation(),
        ChemicalHeat(),
    )
