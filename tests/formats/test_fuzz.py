"""Whatever stands in a file, it is a network or a `NetworkFormatError`."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eqxfuse import Network
from eqxfuse.errors import NetworkFormatError
from tests.formats.snippets import ALL

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*reactions with a negative rate coefficient"),
    pytest.mark.filterwarnings("ignore:.*of whole numbers"),
]

quiet = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
formats = pytest.mark.parametrize("format", ALL)


def check(read, content, format):
    try:
        network = read(content, format)
    except NetworkFormatError as error:
        assert error.why
        assert error.line == 0 or error.text
    else:
        assert isinstance(network, Network)
        assert network.reactions
        network.conservation_errors()
        assert network.summary()


@quiet
@given(content=st.binary(max_size=200), format=st.sampled_from([None, *ALL]))
def test_random_bytes(read, content, format):
    check(read, content, format)


@formats
@quiet
@given(data=st.data())
def test_truncated(read, format, data):
    text = ALL[format]
    check(read, text[: data.draw(st.integers(0, len(text)))], format)


_SCRAPS = st.sampled_from([
    "", ":", ",", '"', "::::", "\n", "\r", "\x00", " ", "#", "!", "-9999", "9999", "nan", "inf", "1e999", "-1", "1e400",
    "e-", "PHOTON", "CRP", "CR", "M", "XH", "H2FORM", "NAN", "GRAIN0", "\u0662", "\ufeff", "9" * 5000, "H" * 50,
    "C9999999999",
])  # fmt: skip


@formats
@settings(quiet, max_examples=400)
@given(data=st.data())
def test_mutated(read, format, data):
    """Characters of good rows replaced by pieces that hurt."""
    text = ALL[format]
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(text)))
        width = data.draw(st.integers(0, 12))
        text = text[:at] + data.draw(_SCRAPS) + text[at + width :]
    check(read, text, format)
    check(read, text, None)


_FIELDS = st.one_of(
    _SCRAPS, st.text(max_size=6), st.floats().map(repr), st.sampled_from(["H", "H2", "C+", "O", "NN", "1"])
)


@formats
@settings(quiet, max_examples=200)
@given(fields=st.lists(_FIELDS, min_size=1, max_size=20))
def test_rows_of_random_fields(read, format, fields):
    separator = {"umist": ":", "kida": " " * 6}.get(format, ",")
    check(read, ALL[format].rstrip("\n") + "\n" + separator.join(fields), format)
