"""The coefficients of a network in the states of a reference file."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

import eqxfuse as ef
from eqxfuse._formats.draft import hydrogen_nuclei
from eqxfuse._formats.krome_species import krome_species

FIELDS = {
    "user_crate": "zeta", "user_crflux": "zeta", "user_av": "av", "user_tdust": "dust_temperature"
}  # fmt: skip


def equation(text):
    """Both sides in capitals, each sorted."""
    return [sorted(part.strip().upper() for part in side.split(" + ")) for side in text.split(" -> ")]


EMPTY = {"react_COthin": [40], "react_COthin_experimental": [40, 55]}
"""Rows whose limits hold no temperature, by their position in the file: no reactions, as rows that are 0 everywhere."""


def partners(network, reference):
    """For each reaction of the network the reference's, which come in the same order with others between them."""
    wanted, place, found = [equation(e) for e in reference["reaction"].tolist()], 0, []
    empty = {*EMPTY.get(str(reference["network"]), ()), *np.flatnonzero(~reference["k_double"].any(axis=0)).tolist()}
    for reaction in network.reactions:
        sides = [[n for n, m in side for _ in range(int(m))] for side in (reaction.reactants, reaction.products)]
        own = [sorted(name.upper() for name in side) for side in sides]
        while wanted[place] != own or place in empty:
            place += 1
        found.append(place)
        place += 1
    return np.array(found)


def conditions_of(network, reference):
    """The states as a batch: H nuclei are counted in all species that the reference has, once where X_TOTAL holds X."""
    names = [str(name).upper() for name in reference["species"]]
    nuclei = [hydrogen_nuclei(krome_species(name)) * (f"{name}_TOTAL" not in names) for name in names]
    given = dict(zip(reference["user_name"].tolist(), reference["user_value"].tolist(), strict=True))
    states = len(reference["temperature"])
    fields = {FIELDS[name]: np.full(states, value) for name, value in given.items() if name in FIELDS}
    parameters = {name: np.full(states, given[name.lower()]) for name in network.parameters}
    density = reference["number_density"] @ np.array(nuclei, float)
    batch = ef.Conditions(reference["temperature"], density, **fields, parameters=parameters)
    return jax.tree.map(lambda value: jnp.broadcast_to(value, states), batch)


def coefficients(network, reference):
    """[states, reactions] Coefficients times modifiers, over the densities that rates were divided by."""
    conditions = conditions_of(network, reference)
    names = [str(name).upper() for name in reference["species"]]
    density = dict(zip(names, jnp.asarray(reference["number_density"].T), strict=True))
    totals = {
        "sum(n)": jnp.asarray(reference["number_density"].sum(1)),
        "get_Hnuclei(n)": jnp.asarray(conditions.density),
    }
    table = network.rate_table

    @partial(jax.jit, compiler_options={"xla_backend_optimization_level": 0})
    def values(conditions, density, totals):
        k = jax.vmap(table)(conditions)
        for g, own in table.layout.modified:
            law = table.laws[g]
            needed = [density[n] for n in law.modifying_species] + [totals[n] for n in law.modifying_totals]
            m = jax.vmap(lambda c, *n, law=law: law.modifier(c, n))(conditions, *needed)
            k = k.at[:, np.array(own)].multiply(jnp.broadcast_to(m.reshape(len(k), -1), (len(k), len(own))))
        return k

    k = np.array(values(conditions, density, totals))
    for j, reaction in enumerate(network.reactions):
        for name, number in reaction.reactants:
            k[:, j] /= np.asarray(density[name]) ** (number - reaction.factors.count(name))
    return k
