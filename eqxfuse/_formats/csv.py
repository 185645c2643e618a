"""Comma-separated rows under a header. No quoting: names of species hold no commas."""

from collections.abc import Iterator, Sequence

from eqxfuse._chemistry.reaction import Source
from eqxfuse._formats.fields import refuse


def columns(text: str) -> list[str]:
    """The fields of a line, without the space around them."""
    return [field.strip() for field in text.split(",")]


def table(rows: Sequence[Source], required: Sequence[str]) -> Iterator[tuple[Source, dict[str, str]]]:
    """Each row under the header, as a mapping from column to field.

    Raises `NetworkFormatError` for a header that lacks one of the `required` columns or names one twice, and for a
    row that is not as long as the header.
    """
    if not rows:
        return
    header = columns(rows[0].text)
    missing = [name for name in required if name not in header]
    if missing:
        raise refuse(rows[0], f"the header lacks {', '.join(missing)}")
    if len(set(header)) < len(header):
        raise refuse(rows[0], "the header names a column twice")
    for row in rows[1:]:
        fields = columns(row.text)
        if len(fields) != len(header):
            raise refuse(row, f"expected {len(header)} fields as in the header, got {len(fields)}")
        yield row, dict(zip(header, fields, strict=True))
