"""What names stand for: conditions, shortcuts of KROME and PRIZMO, variables of a file, parameters of a user."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

FIELDS = {
    "tgas": "temperature",
    "user_crate": "zeta", "user_crflux": "zeta", "user_cr": "zeta",
    "user_av": "av", "user_tdust": "dust_temperature", "d2g": "dust_to_gas",
}  # fmt: skip
"""Names of fields of `Conditions`."""

SHORTCUTS = {
    "te": "8.617343e-5*tgas", "lnte": "log(te)", "invte": "1/te", "invsqrte": "1/sqrt(te)",
    "t3": "tgas/300.", "t32": "t3", "invt32": "1/t32", "sqrt32": "sqrt(t32)", "invsqrt32": "1/sqrt(t32)",
    "invt": "invtgas", "invtgas": "1/tgas", "lnt": "log(tgas)", "logt": "log10(tgas)", "t4": "tgas/1e4",
    "sqrtgas": "sqrt(tgas)", "invsqrt": "1/sqrtgas", "invsqrtgas": "1/sqrtgas",
    "tgas2": "tgas**2", "tgas3": "tgas**3", "tgas4": "tgas**4",
    "t0": "288.", "t02": "t0**2", "t03": "t0**3", "t04": "t0**4", "t0inv": "1/t0",
    "phys_tcmb": "2.73", "phys_zredshift": "0.", "phys_metallicity": "0.",
    "tgas32": "tgas/300.", "tgas14": "tgas/1e4", "invtgas32": "1/tgas32", "log_tgas": "log10(tgas)",
    "sqrtgas32": "sqrt(tgas32)", "invsqrtgas32": "1/sqrt(tgas32)", "tgas32_m03": "tgas32**(-0.3)",
    "tgas32_m04": "tgas32**(-0.4)", "tgas32_m05": "tgas32**(-0.5)", "tgas32_m06": "tgas32**(-0.6)",
    "invtgas14_065": "tgas14**(-0.65)",
}  # fmt: skip
"""Names that need no definition, in capitals or not; Te in eV, the logarithm `logT` to the base 10."""


@dataclass(frozen=True)
class Definition:
    """The variable `name`, and the expression that a file gives for it."""

    name: str
    text: str


def python_species(index: str) -> str:
    """The species of `idx_HCOj`: j and k at the end stand for the signs of its charge."""
    name = index[len("idx_") :]
    base = name.rstrip("jk")
    return base + name[len(base) :].replace("j", "+").replace("k", "-")


@dataclass(frozen=True)
class Names:
    """What names stand for. All are the same in capitals or not.

    `definitions` are variables by name in small letters; they go before the shortcuts, which follow them.
    `parameters` are those of the user, by name in small letters; None allows all that begin with `user_`. `species` is
    the species that `idx_...` stands for, with a `LookupError` where there is none. `nuclei_are_conserved` makes
    `get_Hnuclei` the density of `Conditions`, else it is the total of that name.
    """

    definitions: Mapping[str, Definition] = field(default_factory=dict)
    parameters: Mapping[str, str] | None = None
    species: Callable[[str], str] = python_species
    nuclei_are_conserved: bool = True
