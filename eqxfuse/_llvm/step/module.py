"""A network's Rosenbrock step -> LLVM IR: for one cell, for a block of cells, and the handler that XLA calls."""

from collections.abc import Sequence
from dataclasses import dataclass

from llvmlite import ir

from eqxfuse._llvm.algebra.builder import definitions
from eqxfuse._llvm.algebra.sparse_lu import SparseLU
from eqxfuse._llvm.kernel.calls import calls_text
from eqxfuse._llvm.kernel.drivers import driver_text, functions_text
from eqxfuse._llvm.kernel.plan import make_plan
from eqxfuse._llvm.kernel.tiles import tiles_text
from eqxfuse._llvm.modules import Modules, Shape
from eqxfuse._llvm.step.balance import Balance
from eqxfuse._llvm.step.entries import block_text, cell_text
from eqxfuse._llvm.step.method import Evaluation, Method
from eqxfuse._llvm.step.modifiers import Modifying
from eqxfuse._llvm.step.reverse import COTANGENT, JACOBIAN, RHS, RosenbrockReverse
from eqxfuse._llvm.step.reversed_modifiers import ReversedModifying
from eqxfuse._llvm.step.rosenbrock import RosenbrockStep
from eqxfuse._llvm.step.signature import Signature
from eqxfuse._llvm.xla.batch import batch_text
from eqxfuse._llvm.xla.handler import handler_text
from eqxfuse._program.ir import Program
from eqxfuse._program.lu_plan import LUPlan


@dataclass(frozen=True)
class Reverse:
    """The transposes of the derivatives of f, of the Jacobian, and of the modifiers, if there are any."""

    rhs: Program
    jacobian: Program
    modifying: ReversedModifying | None

    @property
    def programs(self) -> dict[str, Program]:
        """By the names of their functions."""
        return {RHS: self.rhs, JACOBIAN: self.jacobian, **(self.modifying.programs if self.modifying else {})}


def step_ir(
    rhs: Program,
    jacobian: Program,
    modifying: Modifying | None,
    evaluation: Evaluation | None,
    balance: Balance | None,
    plans: Sequence[LUPlan],
    method: Method,
    signature: Signature,
    shape: Shape,
    name: str,
    reverse: Reverse | None = None,
) -> Modules:
    """Modules that define the FFI handler `@name`, with the arguments of `signature` and the output of
    `RosenbrockStep`; with `reverse`, the transpose of the step's derivative, as `RosenbrockReverse` has it. `plans` are
    the LU plans for one lane and for a block.
    """
    outputs = method.outputs * plans[0].pattern.states
    parts = {"rhs": rhs, "jacobian": jacobian, **(modifying.programs if modifying else {})}
    entry = signature
    if reverse:
        parts |= reverse.programs
        entry = signature.with_argument(COTANGENT, outputs)
        outputs = sum(array.length for array in signature.arrays)
    programs = {label: make_plan(program, shape.registers) for label, program in parts.items()}
    arithmetic, frame, sizes, called = [], [f"; {rhs.summary()}\n; {jacobian.summary()}\n"], [], []
    module, drivers, names = ir.Module("step"), [], []
    scratch = max(program.slots for program in programs.values())
    for plan, lanes in zip(plans, (1, shape.lanes), strict=True):
        own = {label: f"{label}{lanes}" for label in programs}
        for label, program in programs.items():
            called.append((program, own[label], shape.scalar, lanes))
            arithmetic.append(functions_text(program, own[label], shape.scalar, lanes))
            frame.append(driver_text(program, own[label], shape.scalar, lanes))
        step = RosenbrockStep(
            SparseLU(module, plan, lanes),
            method,
            signature,
            own["rhs"],
            own["jacobian"],
            scratch=scratch,
            modifying=modifying,
            evaluation=evaluation,
            balance=balance,
        )
        whole = RosenbrockReverse(step, reverse.modifying) if reverse else step
        whole.emit(f"step{lanes}")
        sizes.append(whole.layout["end"])
        drivers += own.values()
        names = whole.names
    frame.append(definitions(module, beside=drivers))
    block, work = block_text(entry, names, outputs, sizes[1], shape.lanes)
    frame += [
        cell_text(entry, names, sizes[0]),
        block,
        tiles_text(shape.scalar, shape.lanes),
        batch_text(len(entry.arguments), shape.lanes, work, shape.lanes),
        handler_text(name, "rosenbrock step", entry.arrays, outputs, shape.scalar, shape.lanes),
    ]
    return Modules("".join(arithmetic), "".join(frame), loops=True, functions=calls_text(called))
