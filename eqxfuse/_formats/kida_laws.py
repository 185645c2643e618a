"""Which rate law a row of KIDA means by its itype, its formula and its agent."""

from eqxfuse._chemistry.rate_laws import (
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
from eqxfuse._chemistry.reaction import Source
from eqxfuse._formats.fields import refuse

AGENTS = ("CR", "CRP", "Photon")
"""Reactants and products that are not species."""
THIRD_BODY = "M"
"""Any particle of the gas; no species either."""

_OTHER_CASE = {"cr": "CR", "crp": "CRP", "photon": "Photon", "PHOTON": "Photon"}
"""Agents as some files write them. `Cr` is chromium."""
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


def law(row: Source, itype: int, formula: int, third_body: bool, parameters: tuple[float, float, float]) -> RateLaw:
    """The law of a row: cosmic rays for itype 1 and 2, whatever the formula; else what the formula says, times the
    density of the gas where there is a `third_body`.

    Formulas 1 and 2 (one reactant and an agent) go with itype 1 to 3 alone.
    """
    if itype not in _ITYPES:
        raise refuse(row, f"unknown itype {itype}; known are 0 to 11")
    if itype in (1, 2):
        return CosmicRay(parameters[0])
    if formula not in _BY_FORMULA:
        raise refuse(row, f"unknown formula {formula}; known are {', '.join(map(str, _BY_FORMULA))}")
    if (formula in (1, 2)) != (itype == 3):
        raise refuse(row, f"formula {formula} does not go with itype {itype}")
    return (ThreeBody if third_body else _BY_FORMULA[formula])(*parameters)


def agent(name: str) -> str:
    """The name, in the usual case if it is one of `AGENTS`."""
    return _OTHER_CASE.get(name, name)


def check_third_body(row: Source, itype: int, formula: int, names: list[str]) -> None:
    """M goes with the formulas that can hold its density, and an association that a third body completes names it:
    else `NetworkFormatError`.
    """
    if THIRD_BODY in names and formula not in (3, 6):
        raise refuse(row, f"{THIRD_BODY}, any third body, goes with formula 3 or 6, got formula {formula}")
    if itype == 9 and formula == 3 and len(names) < 3:
        raise refuse(
            row,
            f"itype 9 is an association that a third body completes: name it ({THIRD_BODY} or a species) among the "
            "reactants, with alpha in cm^6 s^-1, or give an itype from 4 to 8 for two bodies, with alpha in cm^3 s^-1",
        )


def kind(itype: int, agents: list[str]) -> str:
    """The kind of a reaction: its itype, and Photon where a row of cosmic rays (itype 1 and 2) names it."""
    return f"itype {itype} with Photon" if itype in (1, 2) and agents == ["Photon"] else f"itype {itype}"


def is_odd(row: Source, itype: int, formula: int, agents: list[str]) -> bool:
    """Whether the formula or the agent is not the usual one of itype 1, 2 or 3.

    These have one agent among their reactants, the others none: else `NetworkFormatError`.
    """
    usual_formula, usual_agents = _USUAL.get(itype, (formula, ()))
    if len(agents) != bool(usual_agents):
        wanted, got = "one" if usual_agents else "none", " and ".join(agents) or "none"
        raise refuse(row, f"itype {itype} takes {wanted} of {', '.join(AGENTS)} as a reactant, got {got}")
    return formula != usual_formula or any(agent not in usual_agents for agent in agents)
