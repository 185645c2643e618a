"""Network files: text in, `Network` out, nothing else."""

from eqxfuse._formats._read import read_network as read_network
