"""`--settings FILE`: options from a TOML file. Options on the command line go before them."""

import argparse
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

_SCALARS = (str, int, float)


def add_settings(parser: argparse.ArgumentParser) -> None:
    text = "TOML file with values for these options, by their names (max-steps = 500); options given here go before it"
    parser.add_argument("--settings", metavar="FILE", help=text)


def settings_file(arguments: list[str]) -> str | None:
    """The value of `--settings` among the arguments."""
    finder = argparse.ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
    finder.add_argument("--settings")
    try:
        return finder.parse_known_args(arguments)[0].settings
    except argparse.ArgumentError:
        return None  # a `--settings` without a value: the parser itself says so


def apply_settings(parser: argparse.ArgumentParser, path: str) -> None:
    """Make the values in the file the defaults of the parser's options. Raises `ValueError`, which names the key."""
    actions = dict(_by_name(parser))
    for key, value in _read(path).items():
        if key not in actions:
            known = ", ".join(sorted(actions))
            raise ValueError(f"{path}: {key!r} is no option of this command; there are {known}")
        action = actions[key]
        try:
            action.default = _converted(action, value)
        except (argparse.ArgumentTypeError, ValueError) as error:
            raise ValueError(f"{path}: {key}: {error}") from error
        action.required = False


def _read(path: str) -> dict[str, Any]:
    try:
        with open(path, "rb") as file:
            return tomllib.load(file)
    except OSError as error:
        raise ValueError(f"cannot read {path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{path} is no TOML file: {error}") from error


def _by_name(parser: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.Action]]:
    """Options by their long name, but for those that make no sense in a file."""
    for action in parser._actions:
        for option in action.option_strings:
            if option.startswith("--") and option not in ("--help", "--settings"):
                yield option[2:], action


def _converted(action: argparse.Action, value: Any) -> Any:
    """A value of the file as the option's type makes it of text."""
    if action.nargs == 0:
        if not isinstance(value, bool):
            raise ValueError(f"must be true or false, got {value!r}")
        return value
    text = _text(value, getattr(action.type, "accepts", (str,)))
    if action.choices is not None and text not in action.choices:
        raise ValueError(f"must be one of {', '.join(map(str, action.choices))}, got {text!r}")
    return action.type(text) if callable(action.type) else text


def _text(value: Any, accepts: tuple[type, ...]) -> str:
    """The value as it stands on a command line. Lists and tables hold numbers or text."""
    kind = float if type(value) is int and float in accepts else type(value)
    if kind not in accepts:
        raise ValueError(f"must be {' or '.join(_KINDS[a] for a in accepts)}, got {value!r}")
    if isinstance(value, list):
        return ",".join(_item(item) for item in value)
    if isinstance(value, Mapping):
        return ",".join(f"{name}={_item(item)}" for name, item in value.items())
    return _item(value)


def _item(value: Any) -> str:
    if type(value) not in _SCALARS:
        raise ValueError(f"{value!r} is neither a number nor text")
    return value if isinstance(value, str) else repr(value)


_KINDS = {str: "text", float: "a number", int: "a whole number", list: "a list", dict: "a table"}
