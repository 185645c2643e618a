"""Every exception that eqxfuse raises on its own account. The same names stand in `eqxfuse` itself.

Each is a `ValueError` or a `RuntimeError` too; wrong arguments raise those, and `TypeError`, themselves.
"""

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path


class NetworkFormatError(ValueError):
    """A network file that cannot be read.

    Attributes: `path`, `line` (1-based; 0 when the file as a whole is at fault), `text` (the offending
    line), `why`.
    """

    def __init__(self, path: str | Path, line: int, text: str, why: str):
        super().__init__(f"{f'{path}:{line}' if line else path}: {why}\n    {text.rstrip()!r}")
        self.path, self.line, self.text, self.why = Path(path), line, text, why

    def __reduce__(self):
        return type(self), (self.path, self.line, self.text, self.why)


class ExpressionError(ValueError):
    """A text that is no expression, or needs what is not there.

    Attributes: `why`; `column` (1-based) of the text where it is at fault, 0 where that is in a variable or a function
    which the text names.
    """

    def __init__(self, why: str, column: int = 0):
        super().__init__(f"column {column}: {why}" if column else why)
        self.why, self.column = why, column

    def __reduce__(self):
        return type(self), (self.why, self.column)


class UnknownSpecies(ValueError):
    """A species name that the network does not have; names the nearest ones."""

    def __init__(self, name: str, known: Iterable[str]):
        known = tuple(known)
        super().__init__(f"the network has no species {name!r} (it has {len(known)}){_hint(name, known)}")
        self.name, self.known = name, known

    def __reduce__(self):
        return type(self), (self.name, self.known)


def _hint(name: str, known: tuple[str, ...]) -> str:
    parts = [part.strip() for part in name.split(",")]
    if len(parts) > 1 and set(parts) <= set(known):
        return f"; these are several species: give a list of names, {parts}"
    same = [k for k in known if k.lower() == name.lower()]
    near = dict.fromkeys([*same, *get_close_matches(name, known, n=4, cutoff=0.5)])
    return f"; did you mean {', '.join(near)}?" if near else ""


class Doubt(UserWarning):
    """A warning of what was given: probably not what was meant.

    Attributes: `what` is doubtful, what to write in Python (`code`), and on the command line (`option`).
    """

    def __init__(self, what: str, code: str, option: str):
        super().__init__(f"{what}: {code}")
        self.what, self.code, self.option = what, code, option

    def __reduce__(self):
        return type(self), (self.what, self.code, self.option)


class UnsupportedRateLaw(ValueError):
    """A rate law that the requested operation cannot express."""


class BackendUnavailable(RuntimeError):
    """A backend that this machine or installation cannot run; the message says what to install."""


class GeneratedCodeError(RuntimeError):
    """Generated code that LLVM refuses: a bug of eqxfuse. `why` says why, `code` holds the whole text."""

    def __init__(self, why: str, code: str):
        super().__init__(f"LLVM refuses the generated code, which is a bug of eqxfuse: {why}\n{code[:2000]}")
        self.why, self.code = why, code

    def __reduce__(self):
        return type(self), (self.why, self.code)
