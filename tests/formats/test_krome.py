"""KROME's network files: directives, rows, limits, names, and what is refused."""

import logging

import numpy as np
import pytest

import eqxfuse as ef
from eqxfuse import NetworkFormatError
from eqxfuse._cli.main import main
from eqxfuse.rate_laws import Expression

FILE = """# made for this test
@common: user_crate, user_J21
@var: Hn = get_Hnuclei(n(:))
@var: T = Tgas
@noTab_start
1,H,E,,H+,E,E,,NONE,NONE,5.8d-11*sqrt(T)*exp(-158d3*invT) ! a remark, with commas
@noTab_stop
2,H+,E-,,H,g,,,2.73d0,.LE.5.5e3,2.7d-13*invTe**0.6
2,H+,E,,H,g,,,>5.5e3,1d8,1.4d-13*Te**(-.7)#another
@format:idx,R,R,P,P,Tmin,Tmax,rate
3,h,{e},H-,,N/A,,1.4d-18*Tgas**0.93*exp(-Tgas/1.6d4)
/* a block
4,not,a,row
*/
// and a line
@CR_start
@format:idx,R,P,P,rate
9,H,H+,E,4.6d-1*user_crate
@CR_stop
@var: fH = 1d0/(1d0+Hn/ncr)
@format:k,R,R,P,P,idx
3d-17*(1d0+fH),H,H-,H2,E,11
@format:R,R,P,rate
H,H,H2,3d-18*sqrt(T)*Hn/n(idx_H)
@format:R,P,P,rate
H-,H,E,merge(1d-7,user_J21,T > 1d2)
HD_para,H,D,if(T.lt.1d3 .and. user_J21>0): max(1d-10, 1d-12*n(idx_Hj)**(2./3.))
@var: ncr=1d1**(4.-.4*logT)
@ghost: he
"""

TAIL = "@common:user_x\n@format:idx,R,R,P,P,Tmin,Tmax,rate\n"


def at(temperature, density=1e3, **fields):
    return ef.Conditions(temperature, density, parameters={"user_J21": 2.0}, **fields)


def test_reads_everything_of_a_file(read, caplog):
    with caplog.at_level(logging.INFO, logger="eqxfuse"):
        network = read(FILE)
    assert [r.equation for r in network.reactions] == [
        "H + E -> H+ + E + E", "H+ + E -> H", "H+ + E -> H", "H + E -> H-", "H -> H+ + E", "H + H- -> H2 + E",
        "H + H -> H2", "H- -> H + E", "HD_PARA -> H + D",
    ]  # fmt: skip
    assert [r.id for r in network.reactions] == [1, 2, 2, 3, 9, 11, 7, 8, 9]
    assert network.species_names == ("H", "E", "H+", "H-", "H2", "HD_PARA", "D", "HE")
    assert network.parameters == ("user_J21",)
    assert network.conservation_errors() == {} and network.unjudged() == ()
    assert [r.kind for r in network.reactions].count("CR") == 1
    assert network.reactions[3].source.line == 11
    assert network.notes == ("get_Hnuclei is the density of Conditions, for no reaction changes their number",)
    assert network.notes[0] in caplog.text
    assert network.totals == ()


def test_a_division_by_a_reactant_takes_it_from_the_rate(read):
    network = read(FILE)
    grain, photon = network.reactions[6], network.reactions[-1]
    assert grain.factors == ("H",) and grain.reactants == (("H", 2),)
    assert photon.fits[0].law.modifying_species == ("H+",)
    rhs = ef.FusedRHS(network, backend="vectorized")
    assert np.isfinite(rhs(0.0, np.zeros(len(network.species)), at(50.0))).all()


def test_limits_are_zero_outside_and_exclusive_where_they_say_so(read):
    rows = [
        "1,H,H,H2,,10,20,1d0",
        "2,H,H,H2,,.GT.1d1,.LE.2d1,1d0",
        "3,H,H,H2,,NONE,>=2d1,1d0",
        "4,H,H,H2,,.le.10,,1d0",
        "5,H,H,H2,,20,10,1d0",
        "6,H,H,H2,,n,no,1d0",
    ]
    network = read(TAIL + "\n".join(rows))
    assert len(network.reactions) == 5
    assert network.notes == ("left out, line 7: no temperature is within its limits",)
    found = [np.asarray(network.rate_table(ef.Conditions(t, 1.0))).tolist() for t in (5.0, 10.0, 15.0, 20.0, 25.0)]
    assert found == [[0, 0, 0, 1, 1], [1, 0, 0, 1, 1], [1, 1, 0, 0, 1], [0, 1, 1, 0, 1], [0, 0, 1, 0, 1]]
    assert network.policies == "extrapolate (1), zero (4)"


def test_adjoining_rows_are_not_missed(read):
    rows = [f"{i},H,H,H2,,{100 * i + 1},{100 * i + 101},1d-17" for i in range(20)]
    ef.FusedRHS(read(TAIL + "\n".join(rows)), backend="vectorized").precompute(ef.Conditions(150.0, 1.0))
    alone = [f"{i},H,H,H2,,{100 * i + 1},{100 * i + 101},1d-17" for i in range(1)]
    with pytest.warns(UserWarning, match="outside their ranges"):
        ef.FusedRHS(read(TAIL + "\n".join(alone)), backend="vectorized").precompute(ef.Conditions(150.0, 1.0))


def test_nuclei_are_the_density_where_they_are_conserved(read):
    network = read("@format:R,R,P,rate\nH,H,H2,1d-20*get_Hnuclei(n)\n")
    assert network.totals == ()
    assert "get_Hnuclei is the density of Conditions" in network.notes[0]
    np.testing.assert_allclose(network.rate_table(ef.Conditions(10.0, 1e3)), [1e-17])


def test_nuclei_are_a_total_where_it_is_not_known_that_they_are_conserved(read):
    network = read("@format:R,R,P,rate\nH,HD_ortho,PAHH,1d-20*get_Hnuclei(n)\nD,E,PAHH,sum(n(:))\n")
    assert network.notes == ("get_Hnuclei is a total of the network, which counts none in PAHH",)
    weights = {t.name: dict(t.weights) for t in network.totals}
    assert weights["get_Hnuclei(n)"] == {"H": 1, "HD_ORTHO": 1}
    assert weights["sum(n)"] == dict.fromkeys(network.species_names, 1.0)


def test_shortcuts_follow_variables_of_their_own_names(read):
    network = read("@var:Te = 2d0*Tgas\n@format:R,P,rate\nH2,H,invTe\n")
    np.testing.assert_allclose(network.rate_table(ef.Conditions(10.0, 1.0)), [0.05])


def test_species_are_those_of_krome(read):
    names = ["GRAIN-", "OCS+H2", "CO_dust", "CH2_1", "O(1D)", "FK1", "[13C]O", "HE++", "PAH-", "SI+"]
    network = read("@format:R,P,P,rate\n" + "\n".join(f"{name},{name},E,1d0" for name in names))
    found = {s.name: (s.composition, s.charge) for s in network.species}
    assert found["GRAIN-"] == ((("GRAIN", 1),), -1)
    assert found["OCS+H2"] == ((("O", 1), ("C", 1), ("S", 1), ("H", 2)), 0)
    assert found["CO_DUST"] == ((("C", 1), ("O", 1)), 0)
    assert found["CH2_1"] == ((("C", 1), ("H", 2)), 0)
    assert found["O(1D)"] == ((("O", 1),), 0)
    assert found["HE++"] == ((("He", 1),), 2)
    assert found["SI+"] == ((("Si", 1),), 1)
    assert found["E"] == ((), -1)
    for opaque in ("FK1", "[13C]O", "PAH-"):
        assert found[opaque][0] is None


def test_species_are_named_as_in_fortran(read):
    indices = {"GRAIN-": "grainK", "[13C]O": "13C_O", "O(1D)": "O_1D", "HE++": "hejj", "H2O": "H2O"}
    network = read("@format:R,P,P,rate\n" + "\n".join(f"{n},{n},E,n(idx_{i})" for n, i in indices.items()))
    assert [r.fits[0].law.modifying_species for r in network.reactions] == [(name,) for name in indices]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("1,H,H,H2,,NONE,NONE,krome_fshield(n,Tgas)", "no function krome_fshield here"),
        ("1,H,H,H2,,NONE,NONE,auto", "the rate is auto"),
        ("1,H,H,H2,,NONE,NONE,1d0*user_y", "nothing is called user_y; did you mean user_x"),
        ("1,H,H,H2,,NONE,NONE,a1", "nothing is called a1"),
        ("1,H,H,H2,,NONE,NONE,n(idx_CO)", "idx_CO is no species"),
        ("1,H,H,H2,,NONE,NONE,[1d0]", "has no meaning here"),
        ("1,H,H,H2,,NONE,NONE", "the row has 7 fields, @format names 8"),
        ("@ice:CO,freezeout,1d0", "freeze-out and evaporation"),
        ("@tabvar:x=file.dat,a,b", "a table in a file of its own"),
        ("@commons:user_z", "write @common"),
        ("@var:a(:)=1d0", "variables that are arrays"),
        ("@photo_start\n1,H,H,H2,,NONE,NONE,1d0\n@photo_stop", "photons in bins of energy"),
        ("@ODEmodifier_begin\ndn(1)=0d0\n@ODEmodifier_end", "statements in Fortran that change the equations"),
        ("@heating: 1d-26*mystery(Tgas)", "heating in line 4: no function mystery"),
        ("@newthing:1", "unknown directive @newthing"),
    ],
)
def test_rows_that_need_what_is_not_here_are_refused_or_left_out(read, line, why):
    text = f"{TAIL}7,H,H,H2,,NONE,NONE,1d-17\n{line}\n"
    with pytest.raises(NetworkFormatError, match="--unsupported skip, leaves them out") as error:
        read(text)
    assert why in error.value.why
    network = read(text, unsupported="skip")
    assert [r.id for r in network.reactions] == [7]
    assert network.notes[0].startswith("left out, line ") and why in network.notes[0]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("@var:a=1d0\n@var:A=2d0", "the variable A is defined twice"),
        ("@var:a", "a variable stands as"),
        ("@common:J21", "a name such as user_J21"),
        ("@format:idx,R,P,Q,rate", "unknown column 'q'"),
        ("@format:idx,R,P", "needs R, P and one rate"),
        ("@CR_start", "the file ends before @cr_stop"),
        ("@CR_stop", "@cr_stop without @cr_start"),
        ("x,H,H,H2,,NONE,NONE,1d0", "idx must be a whole number"),
        ("1,H,H,H2,,.LE.x,NONE,1d0", "a limit of temperature must be a finite number"),
        ("1,H,H,H2,,NONE,NONE,if(Tgas>1d0) 1d0", "a condition stands as"),
        ("1,H,H,,,NONE,NONE,1d0", "has no product that is a species"),
    ],
)
def test_mistakes_are_refused_whatever_is_asked(read, line, why):
    with pytest.raises(NetworkFormatError, match=r".") as error:
        read(f"{TAIL}7,H,H,H2,,NONE,NONE,1d-17\n{line}\n", unsupported="skip")
    assert why in error.value.why


def test_frozen_rates_that_follow_abundances_are_told(read):
    text = "@format:R,P,rate\n@storeOnce_start\nH2,H,1d-10*n(idx_H)\nH2,H,1d-10\n@storeOnce_stop\n"
    with pytest.warns(UserWarning, match="line 3: a rate in @storeOnce depends on abundances"):
        read(text)


def test_the_default_columns_are_recognised(read):
    network = read("# nothing\n1,H,E,,H-,g,,,NONE,NONE,1d-18*Tgas\n")
    assert network.reactions[0].fits[0].law.code == Expression("1d-18*Tgas").code


def test_the_command_line_leaves_out_on_request(tmp_path, capsys):
    path = tmp_path / "react_test"
    path.write_text("@common:user_k\n@format:R,P,rate\nH2,H,user_k*1d-3\nH,H2,mystery(Tgas)\n")
    assert main(["inspect", str(path)]) == 1
    assert "react_test:4: no function mystery here" in capsys.readouterr().err
    assert main(["inspect", str(path), "--unsupported", "skip"]) == 0
    printed = capsys.readouterr().out
    assert "parameters that conditions have to give: user_k" in printed
    assert "left out, line 4: no function mystery here" in printed
    solve = ["run", str(path), "--unsupported", "skip", "--temperature", "10", "--density", "1", "--t-end", "1s"]
    assert main([*solve, "--initial", "H2=0.5", "--out", str(tmp_path)]) == 2
    assert "give --parameter user_k=..." in capsys.readouterr().err
