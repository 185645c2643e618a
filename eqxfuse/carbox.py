"""Networks of carbox, made fast.

carbox's own scripts need two lines more:

```python
from eqxfuse.carbox import get_fused_ode       # 1
network = parse_chemical_network("network.csv")
jnetwork = get_fused_ode(network)              # 2, where network.get_ode() stood
solution = solve_network(jnetwork, y0, config)
```

`FusedRHS.from_carbox(network)` goes further: native kernels with the sparse Jacobian, for Diffrax and `eqxfuse.solve`.
"""

from eqxfuse._carbox import conditions as conditions
from eqxfuse._carbox_ode import AbundanceODE as AbundanceODE
from eqxfuse._carbox_ode import DensityODE as DensityODE
from eqxfuse._carbox_ode import get_fused_ode as get_fused_ode
