"""Interstellar gas from its warm to its molecular phase: hydrogen, helium, carbon, oxygen and silicon."""

from eqxfuse.networks._interstellar._network import interstellar as interstellar
from eqxfuse.networks._interstellar._network import interstellar_abundances as interstellar_abundances
