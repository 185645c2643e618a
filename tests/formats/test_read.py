"""`read_network`: finding the format, opening the file."""

import re
from pathlib import Path

import pytest

from eqxfuse import read_network
from eqxfuse.errors import NetworkFormatError
from tests.formats.snippets import ALL


@pytest.mark.parametrize("format", ALL)
def test_the_content_tells_the_format(read, format):
    assert read(ALL[format]) == read(ALL[format], format=format)


@pytest.mark.parametrize("format", ALL)
def test_a_path_may_be_text(tmp_path, format):
    path = tmp_path / "my.network"
    path.write_text(ALL[format])
    network = read_network(str(path))
    assert network == read_network(Path(path))
    assert network.name == "my"


@pytest.mark.parametrize("line", ["", "hello", "@mail", "a,b,c", "1;NN;H;O;OH", "\x00\x01"])
def test_unknown_content_names_the_formats(read, line):
    with pytest.raises(NetworkFormatError) as caught:
        read(f"{line}\nsome text\n")
    assert "give its format" in caught.value.why
    assert all(repr(name) in caught.value.why for name in ALL)
    assert caught.value.line == 0


def test_ambiguous_content_names_the_candidates(read):
    with pytest.raises(NetworkFormatError, match="looks like umist and like kida: give its format"):
        read(ALL["umist"] + ALL["kida"])
    with pytest.raises(NetworkFormatError) as caught:
        read(ALL["umist"] + ALL["kida"], format="umist")
    assert caught.value.line == 9


@pytest.mark.parametrize("content", ["", "\n \n\t\n", "\ufeff"])
@pytest.mark.parametrize("format", [None, *ALL])
def test_empty_file(read, content, format):
    with pytest.raises(NetworkFormatError, match="empty"):
        read(content, format)


def test_file_without_reactions(read):
    header = ALL["latent_tgas"].split("\n")[0]
    with pytest.raises(NetworkFormatError, match="holds no reaction"):
        read(header)
    with pytest.raises(NetworkFormatError, match="holds no reaction"):
        read("! a comment", format="kida")


def test_unknown_format_name():
    with pytest.raises(
        ValueError,
        match="format must be one of 'umist', 'kida', 'uclchem', 'latent_tgas', 'krome', 'prizmo', 'eqxfuse' or None",
    ):
        read_network("nowhere", format="jaff")


def test_unknown_word_for_what_is_unsupported():
    with pytest.raises(ValueError, match='unsupported must be "refuse" or "skip", got \'ignore\''):
        read_network("nowhere", unsupported="ignore")


DEFAULTS = {
    "umist": {"extrapolate"},
    "kida": {"clamp"},
    "uclchem": {"zero", "extrapolate"},
    "latent_tgas": {"extrapolate"},
    "krome": {"zero", "extrapolate"},
    "prizmo": {"extrapolate"},
    "eqxfuse": {"zero", "clamp"},
}


@pytest.mark.parametrize("format", ALL)
def test_what_holds_outside_the_ranges(read, format):
    default = read(ALL[format])
    assert {r.out_of_range for r in default.reactions} == DEFAULTS[format]
    for policy in ("extrapolate", "bounded", "clamp", "zero"):
        assert {r.out_of_range for r in read(ALL[format], out_of_range=policy).reactions} == {policy}
    assert default.with_out_of_range("zero") == read(ALL[format], out_of_range="zero") != default


def test_unknown_policy(read):
    with pytest.raises(
        ValueError, match="out_of_range must be one of extrapolate, bounded, clamp, zero, got 'nearest'"
    ):
        read(ALL["umist"], out_of_range="nearest")


NEGATIVE = {
    "umist": ALL["umist"].replace("5.00e-10", "-5.00e-10"),
    "kida": ALL["kida"].replace("2.100e-19", "-2.10e-19"),
    "uclchem": ALL["uclchem"].replace("4.69e-19", "-4.69e-19"),
    "latent_tgas": ALL["latent_tgas"].replace("1.1e-7", "-1.1e-7"),
}
EQUATIONS = {"umist": "1: C- + C", "kida": "8: C + O -> CO", "uclchem": "13: C + O -> CO", "latent_tgas": "2: H3O+ + E"}


@pytest.mark.parametrize("format", NEGATIVE)
def test_negative_coefficients_are_kept_and_warned_of(read, format):
    with pytest.warns(UserWarning) as caught:
        network = read(NEGATIVE[format])
    (message,) = (str(w.message) for w in caught)
    assert "network.txt: reactions with a negative rate coefficient" in message
    assert f": 1 (line {EQUATIONS[format]}" in message
    assert "negative rate coefficient" in network.summary()


@pytest.mark.parametrize(
    ("format", "good", "bad", "row"),
    [
        ("umist", "0.00:485.5", "0.00:-485.5", "line 3: H2O -> OH"),
        ("kida", "1.000e+00 1.2e-09", "1.000e+00 -1.2e-9", "line 6: H2S + C+"),
        ("uclchem", "0.67,9e-10,5.5,10.0", "0.67,9e-10,-5.5,10.0", "line 15: H2O + C+"),
    ],
)
def test_every_factor_of_a_coefficient_counts(read, format, good, bad, row):
    with pytest.warns(UserWarning, match=re.escape(row)):
        read(ALL[format].replace(good, bad, 1))


def test_files_that_cannot_be_opened(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_network(tmp_path / "nowhere")
    with pytest.raises(IsADirectoryError):
        read_network(tmp_path)


def test_notes_may_hold_any_bytes(read):
    row = b'1:NN:H:O:OH::::1:1e-10:0:0:10:100:L:A:"R\xf6llig \x85 2011":"":\n'
    network = read(row + row.replace(b"1:NN", b"2:NN"))
    assert [(r.id, r.source.line) for r in network.reactions] == [(1, 1), (2, 2)]
    assert "R\xf6llig" in network.reactions[0].source.text


def test_error_survives_pickling(read):
    import pickle

    with pytest.raises(NetworkFormatError) as caught:
        read("nothing")
    again = pickle.loads(pickle.dumps(caught.value))
    assert (str(again), again.line, again.path) == (str(caught.value), 0, caught.value.path)
