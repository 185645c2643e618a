"""Networks that ship with eqxfuse, written with its public API from published coefficients."""

from eqxfuse.networks._dark_cloud import dark_cloud as dark_cloud
from eqxfuse.networks._dark_cloud import dark_cloud_abundances as dark_cloud_abundances
from eqxfuse.networks._interstellar import interstellar as interstellar
from eqxfuse.networks._interstellar import interstellar_abundances as interstellar_abundances
from eqxfuse.networks._primordial import primordial as primordial
from eqxfuse.networks._primordial_collapse import primordial_collapse as primordial_collapse
from eqxfuse.networks._primordial_collapse import primordial_collapse_abundances as primordial_collapse_abundances
from eqxfuse.networks._robertson import robertson as robertson
from eqxfuse.networks._synthetic import synthetic as synthetic
