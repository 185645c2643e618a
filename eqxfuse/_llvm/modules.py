"""What native code is written for, and what it is written as."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Shape:
    """Number type (`float` or `double`), lanes of a block, and vector registers of the machine."""

    scalar: str
    lanes: int
    registers: int


@dataclass(frozen=True)
class Modules:
    """Modules in LLVM's language, to be linked: `arithmetic`, long and without branches, which is written for
    LLVM's fast code generator (-O0), `frame`, which calls it, and `functions`, if there are any, which it calls.
    LLVM's passes are to run over functions, and over a frame that computes in `loops`."""

    arithmetic: str
    frame: str
    loops: bool
    functions: str = ""
