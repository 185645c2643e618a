"""Rate laws, and what it takes to write one: `Kooij`, `Photo`, ..., `RateLaw`, `rate_law`, `option`."""

from eqxfuse._chemistry.rate_laws import *  # noqa: F403
