"""Physical constants and the normalisations that the rate files assume."""

YEAR = 3.15576e7
"""Julian year [s] (IAU 1976: 365.25 days of 86400 s)."""

TIMES = {"s": 1.0, "yr": YEAR, "kyr": 1e3 * YEAR, "Myr": 1e6 * YEAR, "Gyr": 1e9 * YEAR}
"""Units of time [s]."""

PARSEC = 3.0856775814913673e18
"""Parsec [cm] (IAU 2015 resolution B2)."""

ZETA_UMIST = 1.36e-17
"""Cosmic-ray ionisation rate of H2 [s^-1] that UMIST's CP and CR rows are scaled to (McElroy et al. 2013)."""

ZETA_UCLCHEM = 1.3e-17
"""Unit of zeta [s^-1] in UCLCHEM rate files (Holdship et al. 2017)."""

HABING_PER_DRAINE = 1.7
"""The Draine (1978) field in units of the Habing (1968) field, integrated over 6 to 13.6 eV."""
