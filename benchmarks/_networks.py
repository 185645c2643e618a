"""The networks that are measured."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import eqxfuse as ef

SHARED = Path(os.environ.get("EQXFUSE_SHARED", Path(__file__).resolve().parents[2] / "shared"))


@dataclass(frozen=True)
class Case:
    """A network to measure; `file` is where a peer reads the same one, if it can."""

    name: str
    make: Callable[[], ef.Network]
    file: Path | None = None

    @property
    def available(self) -> bool:
        return self.file is None or self.file.exists()


def _file(name: str, file: str) -> Case:
    path = SHARED / "networks" / file
    return Case(name, lambda: ef.read_network(path, grains="none"), path)


def _synthetic(species: int, reactions: int) -> Case:
    return Case(f"synthetic-{species}", lambda: ef.networks.synthetic(species, reactions, seed=1))


CASES = {
    case.name: case
    for case in (
        _file("latent", "simple_latent_tgas.csv"),
        _file("small", "uclchem_small_chemistry.csv"),
        Case("dark_cloud", ef.networks.dark_cloud),
        _file("gas", "uclchem_gas_phase_only.csv"),
        _file("kida", "gas_reactions_kida.uva.2024.in"),
        _file("rate22", "rate22_final.rates"),
        _synthetic(1000, 12000),
        _synthetic(2000, 24000),
    )
}
