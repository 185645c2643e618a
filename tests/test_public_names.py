"""Every public name with its signature, held against tests/golden/public_names.txt: no name comes or goes unseen."""

import importlib
import inspect
from collections.abc import Iterator
from typing import Any

MODULES = (
    "eqxfuse",
    "eqxfuse.errors",
    "eqxfuse.ir",
    "eqxfuse.rate_laws",
    "eqxfuse.thermal",
    "eqxfuse.models",
    "eqxfuse.networks",
    "eqxfuse.carbox",
)


def is_own(value: Any) -> bool:
    return value.__module__.split(".")[0] == "eqxfuse"


def public_members(module: Any) -> dict[str, Any]:
    """Without what the module itself imports from other libraries."""
    members = {name: value for name, value in sorted(vars(module).items()) if not name.startswith("_")}
    return {n: v for n, v in members.items() if not (inspect.isclass(v) or inspect.isfunction(v)) or is_own(v)}


class AsWritten(str):
    """Text whose `repr` is the text."""

    __repr__ = str.__str__


def signature(function: Any) -> str:
    """Names, kinds and defaults of the parameters; not their types, whose text depends on versions of libraries."""
    made = inspect.signature(function)
    parameters = []
    for p in made.parameters.values():
        simple = p.default is p.empty or isinstance(p.default, str | int | float | tuple | None)
        parameters.append(p.replace(annotation=p.empty, default=p.default if simple else AsWritten("...")))
    return str(made.replace(parameters=parameters, return_annotation=made.empty))


def attributes(cls: type) -> set[str]:
    """Fields and methods that classes of eqxfuse define."""
    bases = [base for base in cls.__mro__ if is_own(base)]
    names = {name for base in bases for name in (*vars(base), *vars(base).get("__annotations__", {}))}
    return {name for name in names if not name.startswith("_")}


def class_lines(cls: type, known: set[type]) -> Iterator[str]:
    """Its constructor and bases, and what no public base has."""
    made = (
        signature(cls) if any("__init__" in vars(c) or "__new__" in vars(c) for c in cls.__mro__ if is_own(c)) else ""
    )
    bases = [base for base in cls.__bases__ if base in known or issubclass(base, Exception)]
    yield f"class {cls.__name__}{made}" + "".join(f" of {base.__name__}" for base in bases)
    inherited = {name for base in bases if base in known for name in attributes(base)}
    for name in sorted(attributes(cls) - inherited):
        value = inspect.unwrap(getattr(cls, name, None))
        yield f"    {name}{signature(value) if inspect.isfunction(value) or inspect.ismethod(value) else ''}"


def lines(name: str, value: Any, known: set[type]) -> Iterator[str]:
    if inspect.isclass(value):
        yield from class_lines(value, known)
    elif inspect.ismodule(value):
        yield f"module {name}"
    else:
        yield f"{name}{signature(value) if inspect.isroutine(value) else ''}"


def test_public_names(golden):
    modules = {name: public_members(importlib.import_module(name)) for name in MODULES}
    for members in modules.values():  # which may have been imported in any order
        members.pop("carbox", None)
    known = {value for members in modules.values() for value in members.values() if inspect.isclass(value)}
    text = []
    for module, members in modules.items():
        text += [f"# {module}", *(line for n, v in members.items() for line in lines(n, v, known)), ""]
    golden("public_names.txt", "\n".join(text))
