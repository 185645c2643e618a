"""Robertson's problem, the classical stiff test."""

from eqxfuse import Network, Species


def robertson() -> Network:
    """A -> B (0.04), 2 B -> B + C (3e7), B + C -> A + C (1e4): H. H. Robertson 1966, in Numerical Analysis: An
    Introduction, ed. J. Walsh, Academic Press, 178.

    The numbers hold for a density of 1, so use `Conditions(temperature=1.0, density=1.0)`, and start from A = 1. Each
    of the three species is one atom of a made-up element X, so A + B + C is conserved.
    """
    atoms = (("X", 1),)
    return Network.from_reactions(
        ["A -> B", "2 B -> B + C", "B + C -> A + C"],
        [0.04, 3e7, 1e4],
        species=[Species(name, atoms) for name in "ABC"],
        name="Robertson",
    )
