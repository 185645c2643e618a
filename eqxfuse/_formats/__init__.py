"""Network files: text in, `Network` out, nothing else."""

from eqxfuse._formats.own import write_network as write_network
from eqxfuse._formats.read import read_network as read_network
