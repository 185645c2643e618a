"""Made-up networks of any size for scaling studies."""

from eqxfuse.networks._synthetic._network import synthetic as synthetic
