"""A small network with ice in three phases, from Python."""

import eqxfuse as ef
from eqxfuse import rate_laws as laws

MASSES = {"H": 1.0, "H2": 2.0, "O": 16.0, "OH": 17.0, "H2O": 18.0, "CO": 28.0}
ENERGIES = {"H": 650.0, "H2": 440.0, "O": 1660.0, "OH": 4600.0, "H2O": 5600.0, "CO": 1300.0}
BOUND_IN_BULK = 5600.0
START = {"H": 1e-3, "H2": 0.499, "O": 1e-4, "CO": 5e-5}


def _hopping(equation: str, gamma: float = 0.0, **options) -> ef.Reaction:
    """A reaction of two species on ice, of which a part leaves for the gas."""
    first, second = (name.strip()[1:] for name in equation.split("->")[0].split("+"))
    own = ENERGIES if equation[0] == "#" else dict.fromkeys(ENERGIES, BOUND_IN_BULK)
    law = laws.SurfaceReaction(
        1.0, gamma, 1.0, MASSES[first], MASSES[second], own[first], own[second], bulk=equation[0] == "@", **options
    )
    return ef.Reaction.from_equation(equation, law, out_of_range="extrapolate", kind="LHDES" if law.leaves else "LH")


def ice() -> ef.Network:
    """18 species, 82 reactions: water forms from O and H on the surface and in the bulk, CO freezes out."""
    reactions = [
        ef.Reaction.from_equation("H + H -> H2", laws.H2FormationCazauxTielens(), factors=("H",)),
        ef.Reaction.from_equation("H2 -> H + H", laws.CosmicRay(1.3e-17, laws.ZETA_UCLCHEM)),
    ]
    for name, mass in MASSES.items():
        energy, sticking = ENERGIES[name], name if name in ("H", "H2") else "all"
        own = {
            f"{name} -> #{name}": laws.Accretion(1.0, 0.0, mass, sticking),
            f"#{name} -> {name}": laws.ThermalDesorption(mass, energy),
            f"@{name} -> {name}": laws.ThermalDesorption(mass, BOUND_IN_BULK),
            f"@{name} -> #{name}": laws.BulkSwap(mass, BOUND_IN_BULK),
            f"#{name} -> @{name}": laws.SurfaceSwap(),
        }
        reactions += [ef.Reaction.from_equation(equation, law) for equation, law in own.items()]
        for law in (laws.CosmicRayDesorption(energy), laws.PhotoDesorption(energy)):
            reactions.append(ef.Reaction.from_equation(f"#{name} -> {name}", law))
        law = laws.H2FormationDesorption(energy)
        reactions.append(ef.Reaction.from_equation(f"#{name} -> {name}", law, factors=("H", f"#{name}")))
    leaving = {"most": 0.1, "product_energy": ENERGIES["H2O"], "steepness": 1e-4}
    reactions += [_hopping(f"{p}H + {p}{a} -> {p}{b}") for p in "#@" for a, b in (("H", "H2"), ("O", "OH"))]
    reactions += [_hopping("#H + #OH -> #H2O", **leaving), _hopping("@H + @OH -> @H2O")]
    reactions += [_hopping("#H + #OH -> H2O", leaves=True, **leaving)]
    reactions += [
        ef.Reaction.from_equation("#H2 + #H2 -> #H2 + H2", laws.EncounterDesorption(2.0, ENERGIES["H2"])),
        ef.Reaction.from_equation("#H2O -> #OH + #H", laws.Photo(0.3 * 8e-10, 2.2)),
        ef.Reaction.from_equation("@H2O -> @OH + @H", laws.BulkPhoto(0.3 * 8e-10, 2.2)),
        ef.Reaction.from_equation("@H2O -> @O + @H2", laws.BulkCosmicRayPhoton(1.3e-17, 0.0, 300.0, laws.ZETA_UCLCHEM)),
        ef.Reaction.from_equation(
            "H + #O -> OH", laws.EleyRideal(1.0, 0.0, 0.0, 1.0, 0.3), factors=("H", "#O"), out_of_range="extrapolate"
        ),
    ]
    phases = [prefix + name for prefix in ("", "#", "@") for name in MASSES]
    return ef.Network.from_reactions([*reactions, *laws.layer_exchange(phases)], species=phases, name="ice")
