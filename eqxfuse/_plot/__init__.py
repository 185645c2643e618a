"""Pictures. The only home of Matplotlib, which is imported when the first one is drawn."""

from eqxfuse._plot._bars import bars as bars
from eqxfuse._plot._curves import plot as plot
from eqxfuse._plot._curves import save_plot as save_plot
from eqxfuse._plot._formula import equation as equation
from eqxfuse._plot._formula import formula as formula
from eqxfuse._plot._formula import plain as plain
