"""`--thermal`: the processes that heat and cool, by the names of their sets."""

from collections.abc import Sequence

from eqxfuse._chemistry.network import Network
from eqxfuse._chemistry.thermal import Process, presets
from eqxfuse._cli.errors import UsageError
from eqxfuse._cli.quantities import parse_names
from eqxfuse._cli.report import warn

_PRESETS = {"interstellar": presets.interstellar, "primordial": presets.primordial}
_FILE = "file"
"""Those that the network's file gives."""

SETS = (*_PRESETS, _FILE)


def parse_sets(text: str) -> tuple[str, ...]:
    """`interstellar`, `file`, `primordial,file`: sets that go together. Raises `ValueError`."""
    names = parse_names(text)
    unknown = [name for name in names if name not in SETS]
    if unknown:
        raise ValueError(f"{unknown[0]!r} is no set of processes: choose from {', '.join(SETS)}")
    if len({*names} - {_FILE}) > 1 or len({*names}) < len(names):
        raise ValueError(f"{text!r} counts processes twice: choose one of {', '.join(_PRESETS)}, with or without file")
    return names


def thermal_processes(network: Network, names: Sequence[str]) -> tuple[Process, ...]:
    """What the sets hold. Warns of processes of the file that are left out. Raises `UsageError`."""
    if _FILE in names and not network.processes:
        raise UsageError(f"the file of {network.name} gives no heating or cooling: leave {_FILE} out of --thermal")
    if names and network.processes and _FILE not in names:
        own = ", ".join(process.name for process in network.processes)
        warn(f"heating and cooling of the file is left out: {own}; add it with --thermal {','.join(names)},{_FILE}")
    given = [network.processes if name == _FILE else _PRESETS[name]() for name in names]
    return tuple(process for own in given for process in own)
