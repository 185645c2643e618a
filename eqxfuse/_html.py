"""Small tables for notebooks: HTML without a style sheet, in the colours of the page, light or dark."""

from base64 import b64encode
from collections.abc import Iterable, Sequence
from html import escape

_LEFT = "text-align:left;vertical-align:top"
"""Notebooks set the cells of tables to the right."""


class Html(str):
    """Text that is HTML already; any other text is escaped where it is put in."""


def html(content: object) -> Html:
    """`content` itself where it is HTML, else its text, escaped."""
    return content if isinstance(content, Html) else Html(escape(str(content)))


def table(head: Sequence[object], rows: Iterable[Sequence[object]]) -> Html:
    """A row for each of `rows`, under the titles `head`."""
    titles = "".join(f'<th style="{_LEFT}">{html(title)}</th>' for title in head)
    body = "".join(f"<tr>{_cells(row)}</tr>" for row in rows)
    return Html(f"<table><thead><tr>{titles}</tr></thead><tbody>{body}</tbody></table>")


def facts(rows: Iterable[tuple[str, object]]) -> Html:
    """Names with what they stand for."""
    body = "".join(f'<tr><th style="{_LEFT}">{html(name)}</th>{_cells([value])}</tr>' for name, value in rows)
    return Html(f"<table><tbody>{body}</tbody></table>")


def titled(title: object, *parts: Html) -> Html:
    """Parts under a title."""
    return Html(f"<div><strong>{html(title)}</strong>{''.join(parts)}</div>")


def folded(title: object, content: object) -> Html:
    """What opens at a click on its title."""
    return Html(f"<details><summary>{html(title)}</summary>{html(content)}</details>")


def bar(share: float) -> Html:
    """A part of the whole, from 0 to 1, as a bar; nothing for what is none."""
    width = 100 * min(max(share, 0.0), 1.0)
    inner = f'<div style="width:{width:.1f}%;height:0.8em;background:currentColor;opacity:0.5"></div>'
    return Html(f'<div style="width:8em">{inner}</div>')


def image(png: bytes, title: object, width: int) -> Html:
    """A picture, `width` pixels wide."""
    data = b64encode(png).decode()
    return Html(f'<img src="data:image/png;base64,{data}" alt="{html(title)}" width="{width}">')


def _cells(row: Iterable[object]) -> str:
    return "".join(f'<td style="{_LEFT}">{html(cell)}</td>' for cell in row)
