"""Arguments and exact values for elementary functions."""

import numpy as np

LONG = np.longdouble
EXACT = {
    "cbrt": np.cbrt, "cosh": np.cosh, "exp": np.exp, "exp2": np.exp2, "expm1": np.expm1, "log": np.log,
    "log1p": np.log1p, "pow": np.power, "sinh": np.sinh, "tanh": np.tanh,
}  # fmt: skip

SPANS = {
    "cosh": (-712.0, 712.0), "exp": (-750.0, 712.0), "exp2": (-1080.0, 1026.0), "expm1": (-50.0, 712.0),
    "sinh": (-712.0, 712.0), "tanh": (-25.0, 25.0),
}  # fmt: skip
"""From where results vanish, or hardly change, to where they overflow."""


def arguments(name: str, count: int, seed: int) -> list[np.ndarray]:
    """About eight times `count` doubles, over all exponents and where the function is difficult; two rows for pow."""
    rng = np.random.default_rng(seed)
    sign = rng.choice([-1.0, 1.0], count)
    small = sign * np.exp(rng.uniform(-40.0, 2.0, count))
    denormal = rng.integers(1, 2**52, count, dtype=np.uint64).view(float)
    if name == "pow":
        return _of_powers(rng, count, small, denormal)
    parts = [_any_double(rng, count), small, 1.0 + small, rng.uniform(-2.0, 2.0, count), denormal]
    if name in SPANS:
        parts += [
            np.linspace(*SPANS[name], count),
            rng.uniform(*SPANS[name], count),
            rng.uniform(-746.0, -708.0, count),
        ]
    else:
        parts += [np.linspace(0.25, 4.0, count), np.exp(rng.uniform(-708.0, 709.0, count))]
    return [np.concatenate(parts)]


def _of_powers(rng, count: int, small: np.ndarray, denormal: np.ndarray) -> list[np.ndarray]:
    """Many of them such that x^y lies anywhere between 0 and infinity."""
    bases = [np.exp(rng.uniform(-708.0, 709.0, count)), 1.0 + np.clip(small, -0.9, 1e3), denormal]
    pairs = [(x, rng.uniform(-750.0, 712.0, count) / np.where(x == 1.0, 1.0, np.log(x))) for x in bases]
    pairs += [
        (_any_double(rng, count), _any_double(rng, count)),
        (rng.integers(-50, 50, count).astype(float), rng.integers(-20, 20, count).astype(float)),
        (-np.exp(rng.uniform(-10.0, 10.0, count)), rng.integers(-40, 40, count).astype(float)),
        (rng.uniform(0.0, 100.0, count), rng.uniform(-5.0, 5.0, count)),
    ]
    return [np.concatenate(columns) for columns in zip(*pairs, strict=True)]


def _any_double(rng, count: int) -> np.ndarray:
    return rng.integers(0, 2**64, count, dtype=np.uint64).view(float)


def errors(values: np.ndarray, exact: np.ndarray) -> np.ndarray:
    """In units of the last place of `values`, whose type has denormal numbers; infinite where one is no number.

    What is beyond the largest number of that type counts as infinity.
    """
    kind = np.finfo(values.dtype)
    largest = LONG(kind.max) * (1 + LONG(kind.eps) / 4)
    exact = np.where(np.abs(exact) > largest, np.sign(exact) * np.inf, exact)
    unit = np.ldexp(LONG(1), np.maximum(np.frexp(exact)[1], kind.minexp + 1) - kind.nmant - 1)
    same = (values == exact) | (np.isnan(values) & np.isnan(exact))
    difference = np.where(same, 0, values.astype(LONG) - np.where(same, 0, exact)) / unit
    return np.where(np.isnan(difference), np.inf, np.where(same, 0, np.abs(difference))).astype(float)


NAN, INF = float("nan"), float("inf")
LARGEST, SMALLEST, NORMAL = 1.7976931348623157e308, 5e-324, 2.0**-1022

SPECIAL = {
    "cbrt": [(0.0, 0.0), (-0.0, -0.0), (INF, INF), (-INF, -INF), (NAN, NAN), (27.0, 3.0), (-0.125, -0.5),
             (2.0**-1074, 2.0**-358)],
    "cosh": [(0.0, 1.0), (-0.0, 1.0), (INF, INF), (-INF, INF), (NAN, NAN), (711.0, INF), (-711.0, INF)],
    "exp": [(0.0, 1.0), (-0.0, 1.0), (INF, INF), (-INF, 0.0), (NAN, NAN), (709.7827128933841, INF), (LARGEST, INF),
            (-745.1332191019411, SMALLEST), (-745.1332191019412, 0.0), (-LARGEST, 0.0), (SMALLEST, 1.0)],
    "exp2": [(0.0, 1.0), (-0.0, 1.0), (INF, INF), (-INF, 0.0), (NAN, NAN), (1024.0, INF), (1023.0, 2.0**1023),
             (-1022.0, NORMAL), (-1074.0, SMALLEST), (-1075.0, 0.0), (-3.0, 0.125)],
    "expm1": [(0.0, 0.0), (-0.0, -0.0), (INF, INF), (-INF, -1.0), (NAN, NAN), (SMALLEST, SMALLEST), (709.79, INF),
              (-NORMAL, -NORMAL), (-60.0, -1.0)],
    "log": [(1.0, 0.0), (0.0, -INF), (-0.0, -INF), (INF, INF), (-INF, NAN), (NAN, NAN), (-1.0, NAN),
            (-SMALLEST, NAN), (SMALLEST, -744.4400719213812), (LARGEST, 709.782712893384)],
    "log1p": [(0.0, 0.0), (-0.0, -0.0), (-1.0, -INF), (INF, INF), (-INF, NAN), (NAN, NAN), (-1.5, NAN),
              (SMALLEST, SMALLEST), (-NORMAL, -NORMAL), (LARGEST, 709.782712893384)],
    "sinh": [(0.0, 0.0), (-0.0, -0.0), (INF, INF), (-INF, -INF), (NAN, NAN), (SMALLEST, SMALLEST), (-711.0, -INF)],
    "tanh": [(0.0, 0.0), (-0.0, -0.0), (INF, 1.0), (-INF, -1.0), (NAN, NAN), (-SMALLEST, -SMALLEST), (LARGEST, 1.0)],
    "pow": [
        ((NAN, 0.0), 1.0), ((NAN, -0.0), 1.0), ((1.0, NAN), 1.0), ((1.0, INF), 1.0), ((-1.0, INF), 1.0),
        ((-1.0, -INF), 1.0), ((0.0, 0.0), 1.0), ((INF, 0.0), 1.0), ((NAN, 1.0), NAN), ((2.0, NAN), NAN),
        ((-1.0, NAN), NAN), ((0.0, 3.0), 0.0), ((-0.0, 3.0), -0.0), ((-0.0, 2.0), 0.0), ((-0.0, 0.5), 0.0),
        ((0.0, -3.0), INF), ((-0.0, -3.0), -INF), ((-0.0, -2.0), INF), ((-0.0, -0.5), INF), ((0.0, INF), 0.0),
        ((0.0, -INF), INF), ((-0.0, -INF), INF), ((INF, 2.0), INF), ((INF, -2.0), 0.0), ((INF, INF), INF),
        ((INF, -INF), 0.0), ((-INF, 3.0), -INF), ((-INF, 2.0), INF), ((-INF, 0.5), INF), ((-INF, -3.0), -0.0),
        ((-INF, -2.0), 0.0), ((-INF, -0.5), 0.0), ((0.5, INF), 0.0), ((0.5, -INF), INF), ((2.0, INF), INF),
        ((2.0, -INF), 0.0), ((-0.5, INF), 0.0), ((-2.0, INF), INF), ((-2.0, 3.0), -8.0), ((-2.0, 2.0), 4.0),
        ((-2.0, 0.5), NAN), ((-2.0, -3.0), -0.125), ((2.0, 0.5), 1.4142135623730951), ((3.0, 1.0), 3.0),
        ((SMALLEST, 1.0), SMALLEST), ((SMALLEST, -1.0), INF), ((2.0, -1074.0), SMALLEST), ((2.0, 1023.0), 2.0**1023),
        ((2.0, 1024.0), INF), ((2.0, -1076.0), 0.0), ((LARGEST, SMALLEST), 1.0), ((1.0 + 2.0**-52, LARGEST), INF),
        ((1.0 - 2.0**-53, LARGEST), 0.0), ((-1.0, 2.0**53 - 1.0), -1.0), ((-1.0, 2.0**53), 1.0),
        ((-1.0, LARGEST), 1.0), ((-2.0, SMALLEST), NAN),
    ],
}  # fmt: skip
"""Arguments and values, those of pow as annex F of C99 has them."""
