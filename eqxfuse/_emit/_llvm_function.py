"""Operations -> the text of one LLVM function, for a number type that is filled in later.

The text is written for LLVM's fast code generator (`optnone`), which translates line by line: what is kept
in a register and what is read again from memory is decided here.
"""

from collections.abc import Sequence

from eqxfuse._emit._identifiers import one_line
from eqxfuse._emit._linear import Lines
from eqxfuse._emit._operations import OUT, WORK, Operation, Place

NUMBER = "$T"
"""Stands for the number type: `double`, `<8 x double>`, ..."""


def function_text(name: str, inputs: Sequence[str], lines: Lines, first: int, window: int, comments: bool) -> str:
    """The function `name(inputs..., work, out)`.

    A value stays in a register for `window` operations after each use; if it is used later again, it is
    kept in the work space from slot `first` on (`spilled` counts those).
    """
    body = _Body(lines, first, window, comments).text()
    parameters = ", ".join(f"ptr %{a}" for a in (*inputs, WORK, OUT))
    return f"define internal void @{name}({parameters}) noinline nounwind optnone {{\n{body}\nret void\n}}\n"


def spilled(lines: Lines, window: int) -> dict[str, int]:
    """Results that are used again after they have left their register, and a number for each."""
    last: dict[str, int] = {}
    spilled: dict[str, int] = {}
    for now, (kind, result, left, right, _) in enumerate(lines.operations):
        for operand in (left, right):
            if isinstance(operand, str):
                if now - last[operand] > window and operand not in lines.pinned:
                    spilled.setdefault(operand, len(spilled))
                last[operand] = now
        if kind != "store":
            last[result] = now
    return spilled


class _Body:
    """Writes the lines of a function; remembers which values are in registers."""

    def __init__(self, lines: Lines, scratch: int, window: int, comments: bool):
        self.lines, self.window, self.comments = lines, window, comments
        self.spilled = {name: Place(WORK, scratch + i) for name, i in spilled(lines, window).items()}
        self.out: list[str] = []
        self.addresses: dict[Place, str] = {}
        self.registers: dict[str | Place, tuple[str, int]] = {}

    def text(self) -> str:
        for now, operation in enumerate(self.lines.operations):
            if self.comments and operation.comment:
                self.out.append(f"; {one_line(operation.comment)}")
            if operation.kind == "store":
                self._store(operation, now)
            else:
                self._compute(operation, now)
        return "\n".join(self.out)

    def _compute(self, operation: Operation, now: int) -> None:
        kind, result, left, right, _ = operation
        if kind != "fsub" and left.__class__ is Place and left not in self.registers:
            left, right = right, left
        a, b = self._value(left, now), self._value(right, now)
        self.out.append(f"%{result}={kind} {NUMBER} {a},{b}")
        self.registers[result] = (f"%{result}", now)
        if result in self.spilled:
            self.out.append(f"store {NUMBER} %{result},ptr {self._address(self.spilled[result])}")

    def _store(self, operation: Operation, now: int) -> None:
        value = self._value(operation.left, now)
        self.out.append(f"store {NUMBER} {value},ptr {self._address(operation.result)}")
        self.registers.pop(operation.result, None)

    def _value(self, operand: str | Place, now: int) -> str:
        """The register that holds an operand, loaded again when it was last used too long ago."""
        known = self.registers.get(operand)
        place = operand if operand.__class__ is Place else self.spilled.get(operand)
        if known is None or (place is not None and now - known[1] > self.window):
            register = f"%v{len(self.out)}"
            address = self._address(place)
            self.out.append(f"{register}=load {NUMBER},ptr {address}")
        else:
            register = known[0]
        self.registers[operand] = (register, now)
        return register

    def _address(self, place: Place) -> str:
        address = self.addresses.get(place)
        if address is None:
            address = self.addresses[place] = f"%p{len(self.out)}"
            self.out.append(f"{address}=getelementptr {NUMBER},ptr %{place[0]},i64 {place[1]}")
        return address
