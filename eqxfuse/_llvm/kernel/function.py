"""Operations -> the text of one LLVM function, for a number type that is filled in later.

The text is written for LLVM's fast code generator (-O0), which translates line by line: what is kept in a
register and what is read again from memory is decided here.
"""

from collections.abc import Sequence
from typing import NamedTuple

from eqxfuse._llvm.kernel.linear import Lines
from eqxfuse._llvm.kernel.operations import OUT, WORK, Operand, Place
from eqxfuse._program.identifiers import one_line

NAME = "$K"
"""Stands for the name of the kernel."""

NUMBER, SLOT = "$N", "$S"
"""Stand for the number type (`double`, `<8 x double>`, ...), and for a named type of the same size."""


class FunctionText(NamedTuple):
    """An LLVM function, and how many slots it needs for values that wait."""

    text: str
    slots: int


def function_text(
    name: str, inputs: Sequence[str], lines: Lines, first: int, window: int, comments: bool
) -> FunctionText:
    """The function `name(inputs..., work, out)`.

    A value stays in a register for `window` operations after each use; if it is used later again, it waits
    in the work space, from slot `first` on.
    """
    waiting = {number: (WORK, first + i) for i, number in enumerate(_waiting(lines, window))}
    body = _Body(window, waiting).write(lines, comments)
    parameters = ", ".join(f"ptr %{a}" for a in (*inputs, WORK, OUT))
    return FunctionText(
        f"define hidden void @{name}({parameters}) noinline nounwind optnone {{\nentry:\n{body}ret void\n}}\n",
        len(waiting),
    )


def _waiting(lines: Lines, window: int) -> dict[int, None]:
    """Results that are used again after they have left their register."""
    used: dict[int, int] = {}
    found: dict[int, None] = {}
    for now, (_, operands, _, _) in enumerate(lines.operations):
        used[now] = now
        for operand in operands:
            if isinstance(operand, int):
                if now - used[operand] > window and operand not in lines.pinned:
                    found[operand] = None
                used[operand] = now
    return found


class _Body:
    """Writes the lines of a function; remembers which values are in registers, and since when."""

    def __init__(self, window: int, waiting: dict[int, Place]):
        self.window, self.waiting = window, waiting
        self.out: list[str] = []
        self.count = 0
        self.addresses: dict[Place, int] = {}
        self.registers: dict[Operand, tuple[int, int]] = {}

    def write(self, lines: Lines, comments: bool) -> str:
        out, registers = self.out, self.registers
        for now, (kind, operands, place, comment) in enumerate(lines.operations):
            if comments and comment:
                out.append(f"; {one_line(comment)}\n")
            if place is not None:
                a = self._register(operands[0], now)
                out.append(f"store {NUMBER} %{a},ptr %{self._address(place)}\n")
                registers.pop(place, None)
                continue
            if kind.startswith("call"):
                values = ",".join(f"{NUMBER} %{self._register(x, now)}" for x in operands)
                out.append(f"%{self.count}=call {NUMBER} @{NAME}.{kind}({values})\n")
            else:
                left, right = operands
                if kind in ("fadd", "fmul") and isinstance(left, tuple) and left not in registers:
                    left, right = right, left
                a, b = self._register(left, now), self._register(right, now)
                out.append(f"%{self.count}={kind} {NUMBER} %{a},%{b}\n")
            registers[now] = (self.count, now)
            self.count += 1
            if now in self.waiting:
                out.append(f"store {NUMBER} %{self.count - 1},ptr %{self._address(self.waiting[now])}\n")
        return "".join(out)

    def _register(self, operand: Operand, now: int) -> int:
        """The register that holds an operand, read again when it was last used too long ago."""
        known = self.registers.get(operand)
        place = operand if isinstance(operand, tuple) else self.waiting.get(operand)
        if place is None or (known is not None and now - known[1] <= self.window):
            assert known is not None  # a result that never waits is in its register
            register = known[0]
        else:
            address = self._address(place)
            register = self.count
            self.count += 1
            self.out.append(f"%{register}=load {NUMBER},ptr %{address}\n")
        self.registers[operand] = (register, now)
        return register

    def _address(self, place: Place) -> int:
        address = self.addresses.get(place)
        if address is None:
            address = self.addresses[place] = self.count
            self.count += 1
            self.out.append(f"%{address}=getelementptr {SLOT},ptr %{place[0]},i64 {place[1]}\n")
        return address
