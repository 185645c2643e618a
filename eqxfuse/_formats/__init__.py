"""Network files: text in, `Network` out, nothing else."""

from eqxfuse._formats.read import read_network as read_network
