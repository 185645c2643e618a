"""Networks of carbox, made fast. Only `enable` imports carbox: its objects are taken for what they can do.

Two lines of a carbox script change; all else stays carbox's own:

```python
from eqxfuse.carbox import conditions, fused_rhs, get_fused_ode

network = parse_chemical_network("network.csv", "uclchem")
jnetwork = get_fused_ode(network)  # instead of network.get_ode()
solution = solve_network(jnetwork, y0, config)
```

The values are those of `network.get_ode()` to rounding, what carbox does on purpose or by mistake included: no
temperature ranges, rate factors from net stoichiometry, its own shielding columns.

`enable()` makes all entry points of carbox do so, and solve with ours.

The same network with the exact sparse Jacobian and a Rosenbrock method is faster by far:

```python
rhs = fused_rhs(network)
cloud = conditions(temperature=250.0, density=1e4, cr_rate=1.0, fuv_rate=1.0, visual_extinction=21.3)
result = eqxfuse.solve(rhs, cloud, y0, 5e6 * eqxfuse.YEAR)
```
"""

from eqxfuse.carbox._arguments import conditions as conditions
from eqxfuse.carbox._enable import enable as enable
from eqxfuse.carbox._ode import AbundanceODE as AbundanceODE
from eqxfuse.carbox._ode import DensityODE as DensityODE
from eqxfuse.carbox._ode import fused_rhs as fused_rhs
from eqxfuse.carbox._ode import get_fused_ode as get_fused_ode
