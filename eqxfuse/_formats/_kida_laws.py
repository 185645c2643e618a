"""Which rate law a row of KIDA means by its itype, its formula and its agent."""

from eqxfuse._formats._fields import refuse
from eqxfuse._rate_laws import (
    CosmicRay,
    GrainCharging,
    H2OnGrain,
    HOnGrain,
    IonPolar1,
    IonPolar2,
    Kooij,
    Photo,
    RateLaw,
    ThreeBody,
)
from eqxfuse._reaction import Source

AGENTS = ("CR", "CRP", "Photon")
"""Reactants and products that are not species."""

_USUAL = {1: (1, ("CR", "CRP")), 2: (1, ("CR", "CRP")), 3: (2, ("Photon",))}
_BY_FORMULA = {
    0: lambda a, b, c: GrainCharging(a, b),
    1: lambda a, b, c: CosmicRay(a),
    2: lambda a, b, c: Photo(a, c),
    3: Kooij,
    4: IonPolar1,
    5: IonPolar2,
    6: ThreeBody,
    10: lambda a, b, c: H2OnGrain(a),
    11: lambda a, b, c: HOnGrain(a, b),
}
_ITYPES = range(12)


def law(row: Source, itype: int, formula: int, alpha: float, beta: float, gamma: float) -> RateLaw:
    """The law of a row: cosmic rays for itype 1 and 2, whatever the formula; else what the formula says.

    Formulas 1 and 2 (one reactant and an agent) go with itype 1 to 3 alone.
    """
    if itype not in _ITYPES:
        raise refuse(row, f"unknown itype {itype}; known are 0 to 11")
    if itype in (1, 2):
        return CosmicRay(alpha)
    if formula not in _BY_FORMULA:
        raise refuse(row, f"unknown formula {formula}; known are {', '.join(map(str, _BY_FORMULA))}")
    if (formula in (1, 2)) != (itype == 3):
        raise refuse(row, f"formula {formula} does not go with itype {itype}")
    return _BY_FORMULA[formula](alpha, beta, gamma)


def kind(itype: int, agents: list[str]) -> str:
    """The kind of a reaction: its itype, and Photon where a row of cosmic rays (itype 1 and 2) names it."""
    return f"itype {itype} with Photon" if itype in (1, 2) and agents == ["Photon"] else f"itype {itype}"


def is_odd(row: Source, itype: int, formula: int, agents: list[str]) -> bool:
    """Whether the formula or the agent is not the usual one of itype 1, 2 or 3.

    These have one agent among their reactants, the others none: else `NetworkFormatError`.
    """
    usual_formula, usual_agents = _USUAL.get(itype, (formula, ()))
    if len(agents) != bool(usual_agents):
        wanted = "one" if usual_agents else "none"
        raise refuse(row, f"itype {itype} takes {wanted} of {', '.join(AGENTS)} as a reactant, got {len(agents)}")
    return formula != usual_formula or any(agent not in usual_agents for agent in agents)
