"""Pictures. The only home of Matplotlib, which is imported when the first one is drawn."""

from eqxfuse._plot.bands import bands as bands
from eqxfuse._plot.bars import bars as bars
from eqxfuse._plot.curves import plot as plot
from eqxfuse._plot.curves import save_plot as save_plot
from eqxfuse._plot.formula import equation as equation
from eqxfuse._plot.formula import formula as formula
from eqxfuse._plot.formula import plain as plain
from eqxfuse._plot.ice import plot_ice as plot_ice
from eqxfuse._plot.stacked import stacked as stacked
from eqxfuse._plot.style import save_figure as save_figure
from eqxfuse._plot.zones import zones as zones
from eqxfuse._plot.zones import zones_height as zones_height
