"""One example of every rate law, and the conditions that all of them must survive."""

import jax.numpy as jnp

from eqxfuse import Conditions
from eqxfuse import rate_laws as laws


def _power(conditions, scale, index):
    return scale * (conditions.temperature / 100.0) ** index


def _quenched(conditions, densities, scale, index):
    del conditions, scale, index
    return 1.0 / (1.0 + jnp.maximum(densities[0], 0.0) / 1e4)


EXAMPLES = (
    laws.Constant(3e-17),
    laws.Kooij(2.8e-7, -0.69, 120.0),
    laws.Kooij(4.7e-10, 2.1, -20.0),
    laws.CosmicRay(5.98e-18, 1.36e-17),
    laws.CosmicRayPhoton(1.3e-17, 1.17, 105.0, 1.36e-17),
    laws.Photo(3.1e-10, 3.33),
    laws.IonPolar1(0.5, 1.01e-9, 3.81),
    laws.IonPolar2(0.5, 1.01e-9, 3.81),
    laws.GrainCharging(3.4e-3, 0.5),
    laws.H2OnGrain(1.0),
    laws.HOnGrain(7.92e-5, 0.5),
    laws.H2FormationSimple(3e-17),
    laws.H2FormationCazauxTielens(1.0),
    laws.ThreeBody(8.8e-33, -0.6, 10.0, 0.6),
    laws.FallOff(6.0e-31, -1.8, 20.0, 1.0e-10, 0.2, 200.0, 0.5, 0.6),
    laws.ShieldedH2(5.18e-11),
    laws.ShieldedCO(2.0e-10),
    laws.ShieldedC(3.1e-10, 3.33),
    laws.Expression("3e-10*T32**(-0.4)*exp(-7e2/Tgas)*user_crate*1e16/(1 + n(idx_H)*1e-4)"),
    laws.Table({"temperature": [10.0, 100.0, 1e4]}, [1e-10, 2e-9, 3e-9], method="cubic", log_values=True),
    laws.Table({"av": [0.1, 3.0], "N(H)": [1e14, 1e17, 1e20]}, [[3e-11, 1e-12, 2e-14], [1e-13, 1e-14, 3e-15]]),
    laws.Accretion(1.0, 1.0, 28.0),
    laws.Accretion(1.0, 0.0, 1.0, sticking="H", highest=150.0),
    laws.EleyRideal(1.0, 0.0, 10.0, 1.0, 0.7),
    laws.ThermalDesorption(28.0, 130.0),
    laws.ThermalDesorption(28.0, 130.0, two_phase=True),
    laws.CosmicRayDesorption(1200.0),
    laws.PhotoDesorption(1300.0),
    laws.H2FormationDesorption(1200.0),
    laws.SurfaceReaction(1.0, 25.0, 1.0, 1.0, 28.0, 65.0, 130.0, 0.1, 240.0, 1e-3),
    laws.SurfaceReaction(1.0, 0.0, 1.0, 1.0, 28.0, 200.0, 200.0, bulk=True, highest=150.0),
    laws.EncounterDesorption(2.0, 44.0),
    laws.BulkSwap(28.0, 200.0),
    laws.SurfaceSwap(),
    laws.Burial(),
    laws.Uncovering(),
    laws.BulkPhoto(3e-10, 2.0),
    laws.BulkCosmicRayPhoton(1.3e-17, 0.0, 421.0, 1.3e-17),
    laws.UserRate(_power, (1e-11, 0.4)),
    laws.UserRate(_power, (1e-11, 0.4), modifier_function=_quenched, species=("H",)),
)

ORDINARY = Conditions(
    temperature=35.0, density=2e4, zeta=5e-17, g0=3.0, av=1.7, dust_temperature=14.0, compression_rate=1e-13
)

FIELDS = {
    "temperature": (1.0, 300.0, 1e5),
    "density": (1e-2, 1e4, 1e12),
    "zeta": (0.0, 1e-12),
    "g0": (0.0, 1e6),
    "av": (0.0, 1e3),
    "albedo": (0.0, 0.9),
    "dust_temperature": (0.0, 2.7, 1e3),
    "dust_to_gas": (0.0, 0.1),
    "gas_to_grain": (1e10, 1e14),
    "radius": (0.0, 1e20),
    "turbulent_velocity": (1e3, 1e7),
    "cmb_temperature": (2.0, 3e3),
    "velocity_gradient": (1e-18, 1e-8),
    "ortho_para_ratio": (0.0, 1e3),
    "compression_rate": (-1e-8, 1e-8),
    "grain_radius": (1e-7, 1e-4),
    "site_density": (1e14, 1e16),
    "grain_cross_section": (0.0, 1e-20),
    "surface_barrier_ratio": (0.0, 1.0),
    "bulk_barrier_ratio": (0.0, 1.0),
    "barrier_width": (0.0, 3e-8),
    "uv_yield": (0.0, 1.0),
    "h2_yield": (0.0, 1.0),
    "cosmic_ray_yield": (0.0, 1e6),
    "h2_column": (0.0, 1e24),
    "co_column": (0.0, 1e20),
    "c_column": (0.0, 1e20),
}
"""Extreme values of each field."""

BEYOND_SINGLE = (laws.ThermalDesorption, laws.SurfaceReaction, laws.Burial)
"""Laws whose derivatives at the extremes exceed what single precision holds."""

DENSITIES = (-1e-30, 0.0, 1e-30, 1e-12, 1.0, 1e6, 1e12)
"""Densities [cm^-3] that a solver may produce."""


def name(law) -> str:
    return type(law).__name__


def evaluate(law, conditions, densities):
    """Coefficient times modifier."""
    return law.coefficient(conditions) * law.modifier(conditions, densities)


def extremes() -> list[Conditions]:
    """Each extreme value of each field, in ordinary conditions and with all the fields at their ends."""
    first = {field: values[0] for field, values in FIELDS.items()}
    last = {field: values[-1] for field, values in FIELDS.items()}
    ordinary = {field: getattr(ORDINARY, field) for field in FIELDS}
    return [
        Conditions(**(rest | {field: value}))
        for rest in (ordinary, first, last)
        for field, values in FIELDS.items()
        for value in values
    ]
