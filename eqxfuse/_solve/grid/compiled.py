"""The compiled solve of many blocks of cells, on one device or on a mesh of them."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import equinox as eqx
import jax
import numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec

from eqxfuse._solve.grid.cells import Cells
from eqxfuse._solve.integration import Integration
from eqxfuse._solve.trajectory.trajectory import Trajectory


class BlockSolver:
    """`solver(solver.place(indices))` is the `Trajectory` of the cells `indices` [blocks, cells of a block].

    The cells of a block take their steps together; blocks follow one another, on each device of a `mesh` its share.
    Compiled here, for one number of blocks. May be called from several threads at once.
    """

    def __init__(self, integration: Integration, cells: Cells, blocks: tuple[int, int], mesh: Mesh | None):
        self.cells = cells
        self.mesh = mesh
        leaves, static = eqx.partition(integration, eqx.is_array)
        leaves, tree = jax.tree.flatten(leaves)
        self.leaves = [_place(np.asarray(leaf), mesh, PartitionSpec()) for leaf in leaves]
        inputs = self.place(np.zeros(blocks, dtype=int))
        shapes = tuple(jax.ShapeDtypeStruct(a.shape, a.dtype) for a in (*self.leaves, *inputs))
        key, static_tree = jax.tree.flatten(static)
        self.compiled = _compile(tuple(key), static_tree, tree, cells.structure, cells.shared, shapes, mesh)

    def place(self, indices: np.ndarray) -> list[Any]:
        """The inputs of the cells, on each device of the mesh those of its blocks."""
        inputs = zip(self.cells.rows(indices), self.cells.shared, strict=True)
        return [_place(array, self.mesh, _spec(same, self.mesh)) for array, same in inputs]

    def __call__(self, inputs: Sequence[Any]) -> Trajectory:
        return self.compiled(self.leaves, inputs)


@lru_cache(maxsize=16)
def _compile(key: tuple, static_tree, tree, structure, shared: tuple[bool, ...], shapes: tuple, mesh: Mesh | None):
    """`(leaves, inputs)` -> `Trajectory`; everything here is hashable, so that equal grids compile once."""
    static = jax.tree.unflatten(static_tree, key)

    def blocks(leaves: Sequence[Any], inputs: Sequence[Any]) -> Trajectory:
        integration = eqx.combine(jax.tree.unflatten(tree, leaves), static)

        def block(rows: Sequence[Any]) -> Trajectory:
            def cell(own: Sequence[Any]) -> Trajectory:
                return integration(*jax.tree.unflatten(structure, _merge(inputs, own, shared)))

            return jax.vmap(cell)(rows)

        return jax.lax.map(block, [array for array, same in zip(inputs, shared, strict=True) if not same])

    count = tree.num_leaves
    run = jax.jit(blocks) if mesh is None else _spread(blocks, count, shared, mesh)
    return run.lower(list(shapes[:count]), list(shapes[count:])).compile()


def _merge(inputs: Sequence[Any], own: Sequence[Any], shared: tuple[bool, ...]) -> list[Any]:
    rows = iter(own)
    return [array if same else next(rows) for array, same in zip(inputs, shared, strict=True)]


def _spread(blocks, count: int, shared: tuple[bool, ...], mesh: Mesh):
    """`blocks` on every device of the mesh. Several processes all get the whole result."""
    specs = ([PartitionSpec()] * count, [_spec(same, mesh) for same in shared])
    spread = jax.shard_map(blocks, mesh=mesh, in_specs=specs, out_specs=_spec(False, mesh), check_vma=False)
    several = len({device.process_index for device in mesh.devices.flat}) > 1
    placed = jax.tree.map(lambda spec: NamedSharding(mesh, spec), specs, is_leaf=lambda x: isinstance(x, PartitionSpec))
    out = NamedSharding(mesh, PartitionSpec() if several else _spec(False, mesh))
    return jax.jit(spread, in_shardings=placed, out_shardings=out)


def _spec(shared: bool, mesh: Mesh | None) -> PartitionSpec:
    return PartitionSpec() if shared or mesh is None else PartitionSpec(mesh.axis_names)


def _place(array: np.ndarray, mesh: Mesh | None, spec: PartitionSpec) -> Any:
    array = array.astype(jax.dtypes.canonicalize_dtype(array.dtype), copy=False)
    if mesh is None:
        return array
    return jax.make_array_from_callback(array.shape, NamedSharding(mesh, spec), lambda index: array[index])
