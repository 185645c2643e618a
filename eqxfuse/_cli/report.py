"""What a run prints and writes."""

import re
import sys
import warnings
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from eqxfuse._analysis import EnergyHistory
from eqxfuse._chemistry.conditions import FACTS, Conditions
from eqxfuse._chemistry.constants import YEAR
from eqxfuse._cli.errors import CommandError
from eqxfuse._models import Slab, Zone
from eqxfuse._plot import save_figure, save_plot, zones, zones_height
from eqxfuse._solve.durable import write_durably
from eqxfuse._solve.trajectory.ice import WATER
from eqxfuse._solve.trajectory.trajectory import Trajectory
from eqxfuse.errors import Doubt

_COLUMNS = 6
_ICES = 10
"""Species in a table of ice."""
_SHARE = 1e-3
"""Part of all heating or of all cooling that a process somewhere is, to stand in the table."""


def warn(message: str) -> None:
    """One line on stderr."""
    print(f"eqxfuse: warning: {message}", file=sys.stderr)


def show_warnings() -> None:
    """The warnings of the library as lines on stderr, each text once; inside of `warnings.catch_warnings`."""
    shown = set()

    def show(message, *_):
        text = f"{message.what}: {message.option}" if isinstance(message, Doubt) else str(message)
        if text not in shown:
            shown.add(text)
            warn(text)

    warnings.filterwarnings("always", module=r"eqxfuse\b")
    warnings.showwarning = show


def exponents(text: str) -> str:
    """`cm^-3` for Matplotlib."""
    return re.sub(r"\^(-?\d+)", r"$^{\1}$", text)


def file_stem(name: str) -> str:
    """The name of a network as that of a file."""
    return "".join(c if c.isalnum() or c in "-._" else "_" for c in name)


def table(
    trajectory: Trajectory,
    names: Sequence[str],
    density: np.ndarray | None = None,
    moving: Mapping[str, np.ndarray] | None = None,
) -> str:
    """Abundances of `names` and above them the temperature, where it was solved for, and conditions [times] that are
    `moving`: at the end and at the whole decades before it, or spread over the `density` [times] where that rises.
    """
    rises = density is not None and np.ptp(density) > 0
    rows = {} if trajectory.temperature is None else {"T [K]": (np.asarray(trajectory.temperature), "13.1f")}
    rows |= {f"{FACTS[name].symbol} [{FACTS[name].unit}]": (own, "13.4g") for name, own in (moving or {}).items()}
    rows |= {name: (np.asarray(trajectory.abundance(name)), "13.3e") for name in names}
    return _over("n_H [cm^-3]" if rises else "n/n_H", np.asarray(trajectory.times), density, rows)


def energy_table(energy: EnergyHistory, density: np.ndarray | None) -> str:
    """Heating and cooling [erg cm^-3 s^-1], the processes with the largest shares first, in the columns of `table`."""
    terms = {name: np.nan_to_num(values) for name, values in energy.terms.items()}
    gross = [sum(np.maximum(sign * values, 0.0) for values in terms.values()) for sign in (1.0, -1.0)]
    tiny = np.finfo(float).tiny
    share = {
        name: max(float(np.max(sign * values / (total + tiny))) for sign, total in zip((1.0, -1.0), gross, strict=True))
        for name, values in terms.items()
    }
    ranked = [name for name in sorted(terms, key=lambda name: -share[name]) if share[name] > _SHARE]
    rows = {name: (energy.terms[name], "13.2e") for name in ranked}
    rows["all"] = (sum(energy.terms.values(), np.zeros(len(energy.times))), "13.2e")
    return _over("erg cm^-3 s^-1", energy.times, density, rows)


def ice_table(trajectory: Trajectory, grains: Conditions) -> str:
    """Layers of ice, on `grains`, and, in percent of water ice where the network has that, what it is made of: the
    largest at the end, at its end and at the whole decades before it.
    """
    x = np.asarray(trajectory.times)
    rows = {"layers": (np.asarray(trajectory.layers(grains)), "13.3g")}
    names = sorted(trajectory.ice_names, key=lambda name: -float(trajectory.ice(name)[-1]))[:_ICES]
    if WATER in trajectory.ice_names:
        title, percent = f"ice [% of {WATER}]", trajectory.ice_composition()
        rows |= {name: (np.asarray(percent[name]), "13.3g") for name in names}
    else:
        title = "ice [n/n_H]"
        rows |= {name: (np.asarray(trajectory.ice(name)), "13.3e") for name in names}
    return columns(title, x, x[-1] * 10.0 ** np.arange(1 - _COLUMNS, 1), _years, rows)


def _over(title: str, times: np.ndarray, density: np.ndarray | None, rows: Mapping[str, tuple[np.ndarray, str]]) -> str:
    """At the end and the whole decades before it, or spread over the `density` [times] where that changes."""
    if density is None or not np.ptp(density):
        return columns(title, times, times[-1] * 10.0 ** np.arange(1 - _COLUMNS, 1), _years, rows)
    return columns(title, density, np.geomspace(density[0], density[-1], _COLUMNS), "{:.2e}".format, rows)


def columns(
    title: str,
    x: np.ndarray,
    wanted: np.ndarray,
    head: Callable[[float], str],
    rows: Mapping[str, tuple[np.ndarray, str]],
) -> str:
    """Rows of values and their format, at the `x` that are nearest to those `wanted`."""
    shown = sorted({int(np.argmin(np.abs(x - value))) for value in wanted})
    width = max(map(len, (*rows, title)))
    lines = [title.ljust(width) + "".join(f"{head(x[i]):>13}" for i in shown)]
    lines += [
        name.ljust(width) + "".join(f"{values[i]:{form}}" for i in shown) for name, (values, form) in rows.items()
    ]
    return "\n".join(lines)


def _years(seconds: float) -> str:
    """Such as `100 yr`, `1e6 yr`."""
    return f"{seconds / YEAR:.3g} yr".replace("e+0", "e").replace("e+", "e").replace("e-0", "e-")


def statistics(trajectory: Trajectory, seconds: float) -> str:
    """Steps, time and conservation in one line."""
    drift = {label: float(value) for label, value in trajectory.conservation().items()}
    charge = drift.pop("charge")
    return (
        f"{int(trajectory.statistics['steps'])} steps ({int(trajectory.statistics['rejected'])} rejected) in "
        f"{seconds:.1f} s with compilation; elements conserved to {max(drift.values(), default=0.0):.0e}, "
        f"charge to {charge:.0e}"
    )


def make_folder(folder: Path) -> None:
    """Before a solve, so that it is not in vain. Raises `CommandError`."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(folder, error) from error


def _unwritable(folder: Path, error: OSError) -> CommandError:
    return CommandError(f"cannot write to {folder}: {error.strerror or error}")


def write(
    result: Trajectory | Zone,
    names: Sequence[str],
    folder: Path,
    name: tuple[str, str],
    title: str,
    moving: Mapping[str, np.ndarray],
) -> list[Path]:
    """The data and, with Matplotlib, a picture in `folder`, and one of the ice where there is any; `name` is the stem
    of all and the suffix of the data. The picture shows also conditions [times] that are `moving`.

    Raises `CommandError`.
    """
    stem, kind = name
    written = [folder / f"{stem}.{kind}"]
    save_data(result, written[0])
    pictures = {folder / f"{stem}.png": lambda part: _draw(result, names, part, title, moving)}
    trajectory = result if isinstance(result, Trajectory) else result.trajectory
    if trajectory.ice_names:
        pictures[folder / f"{stem}_ice.png"] = lambda part: _draw_ice(trajectory, part, title)
    return [*written, *(path for path, draw in pictures.items() if drawn(path, draw))]


def write_energy(zone: Zone, energy: EnergyHistory, path: Path, title: str) -> list[Path]:
    """The picture of heating and cooling over the density or over time, where Matplotlib is."""

    def draw(part: Path) -> None:
        save_figure(part, lambda figure: zone.plot_terms(energy, figure.add_subplot()), 5.0, title)

    return [path] if drawn(path, draw) else []


def save_data(result: Trajectory | Zone | Slab, path: Path) -> None:
    """Raises `CommandError`."""
    try:
        result.save(path)
    except ImportError as missing:
        raise CommandError(str(missing)) from missing
    except OSError as error:
        raise _unwritable(path.parent, error) from error


def drawn(path: Path, draw: Callable[[Path], None]) -> bool:
    """Whether there is a picture now: not without Matplotlib, which is said. Raises `CommandError`."""
    try:
        write_durably(path, draw)
    except ImportError as missing:
        warn(f"no picture was drawn: {missing}")
        return False
    except OSError as error:
        raise _unwritable(path.parent, error) from error
    return True


def _draw_ice(trajectory: Trajectory, path: Path, title: str) -> None:
    save_figure(path, lambda figure: trajectory.plot_ice(ax=figure.add_subplot()), 5.0, title)


def _draw(
    result: Trajectory | Zone, names: Sequence[str], path: Path, title: str, moving: Mapping[str, np.ndarray]
) -> None:
    if isinstance(result, Trajectory):
        curves = {name: result.abundance(name) for name in names}
        years = np.asarray(result.times) / YEAR
        above = {f"{FACTS[name].tex}  [{exponents(FACTS[name].unit)}]": own for name, own in moving.items()}
        if above:
            draw = partial(zones, years, "time  [yr]", above, curves, result.state)
            save_figure(path, lambda figure: draw(figure)[0], zones_height(len(above)), title)
        else:
            save_plot(path, result.times, curves, result.state, title)
    else:
        zone = result
        save_figure(path, lambda figure: zone.plot(names, figure)[0], zones_height(1), title)
