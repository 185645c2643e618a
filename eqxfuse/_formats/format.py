"""What a file format offers to the reader."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from eqxfuse._chemistry.reaction import Source
from eqxfuse._formats.draft import Draft


@dataclass(frozen=True)
class Format:
    """A file format.

    `recognises` says of the text of one line whether it can only stand in a file of this format. `read` takes all
    lines of a file that are not blank, and raises `NetworkFormatError`.
    """

    name: str
    title: str
    recognises: Callable[[str], bool]
    read: Callable[[Sequence[Source]], Draft]
