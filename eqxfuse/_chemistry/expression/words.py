"""Text in the spelling of Fortran -> Python's own syntax trees, with the columns of the text in errors."""

import ast
import re
from bisect import bisect_right
from functools import lru_cache

from eqxfuse.errors import ExpressionError

LONGEST = 20_000
"""Characters of an expression. The longest in use have about a thousand."""

_DOTTED = {
    ".le.": "<=", ".lt.": "<", ".ge.": ">=", ".gt.": ">", ".eq.": "==", ".ne.": "!=",
    ".and.": "and", ".or.": "or", ".not.": "not", "/=": "!=",
}  # fmt: skip
_OPERATOR = r"\.(?:le|lt|ge|gt|eq|ne|and|or|not)\."
_TOKEN = re.compile(
    rf"""\s*(?:
    (?P<dotted>{_OPERATOR}|/=)
    |(?P<all>1\s*:\s*nmols|:)
    |(?P<number>(?:\d+(?:\.(?!(?:le|lt|ge|gt|eq|ne|and|or|not)\.)\d*)?|\.\d+)(?:[ed][+-]?\d+)?(?:_\d+)?)
    |(?P<name>[a-z]\w*)
    |(?P<sign>\*\*|<=|>=|==|[-+*/()<>,])
    )""",
    re.IGNORECASE | re.ASCII | re.VERBOSE,
)
ALL = "__all"
"""What stands for all elements of an array, `:` or `1:nmols`."""


class Tree:
    """The syntax tree of a text; names stand in it behind one `_`, so that none is a word of Python."""

    def __init__(self, text: str):
        if len(text) > LONGEST:
            raise ExpressionError(f"the expression has {len(text)} characters, more than {LONGEST}")
        self._starts: list[int] = []
        self._columns: list[int] = []
        python = self._translated(text)
        try:
            self.root = ast.parse(python, mode="eval").body
        except SyntaxError as error:
            raise ExpressionError(_reason(error), self._column((error.offset or 1) - 1)) from None
        except (RecursionError, MemoryError):
            raise ExpressionError("the expression is nested too deeply") from None

    def column(self, node: ast.expr) -> int:
        """Where a part of the tree begins in the text, from 1 on."""
        return self._column(node.col_offset)

    def _column(self, offset: int) -> int:
        place = bisect_right(self._starts, max(offset, 0)) - 1
        return self._columns[place] + 1 if place >= 0 else 1

    def _translated(self, text: str) -> str:
        words, position, length = [], 0, 0
        while position < len(text) and text[position:].strip():
            match = _TOKEN.match(text, position)
            if match is None:
                rest = text[position:].lstrip()
                raise ExpressionError(f"{rest[0]!r} has no meaning here", len(text) - len(rest) + 1)
            word = _word(str(match.lastgroup), match[str(match.lastgroup)])
            self._starts.append(length)
            self._columns.append(match.start(str(match.lastgroup)))
            words.append(word)
            length += len(word) + 1
            position = match.end()
        if not words:
            raise ExpressionError("the expression is empty")
        return " ".join(words)


@lru_cache(maxsize=20_000)
def tree(text: str) -> Tree:
    """The `Tree` of a text. Raises `ExpressionError`."""
    return Tree(text)


def _word(kind: str, text: str) -> str:
    text = text.lower() if kind != "name" else text
    if kind == "dotted":
        return _DOTTED[text]
    if kind == "all":
        return ALL
    if kind == "name":
        return f"_{text}"
    if kind == "number":
        number = text.partition("_")[0].replace("d", "e")
        return number.lstrip("0") or "0" if number.isdigit() else number
    return text


def _reason(error: SyntaxError) -> str:
    if "nested" in str(error) or "too many" in str(error):
        return "the expression is nested too deeply"
    if "digits" in str(error):
        return "a whole number has too many digits"
    return "the expression breaks off or lacks an operator here"
