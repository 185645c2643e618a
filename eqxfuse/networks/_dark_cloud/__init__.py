"""Gas-phase chemistry of a dark cloud: hydrogen, helium, carbon and oxygen."""

from eqxfuse.networks._dark_cloud._network import dark_cloud as dark_cloud
from eqxfuse.networks._dark_cloud._network import dark_cloud_abundances as dark_cloud_abundances
