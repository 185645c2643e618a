"""Models of one zone of gas."""

from eqxfuse._models.collapse import collapse as collapse
from eqxfuse._models.zone import Zone as Zone
