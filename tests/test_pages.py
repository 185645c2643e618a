"""The code of the pages in docs runs from top to bottom, and prints what its comments say."""

import re
import shlex
from pathlib import Path

import pytest

from eqxfuse._cli.main import _parser

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SHELL = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ELSEWHERE = {
    "from_carbox": "test_carbox_itself.py",
    "histories": "history/test_page.py",
    "ices": "test_ices.py",
    "models": "models/conftest.py",
    "networks": "networks/test_interstellar.py",
    "thermal": "thermal/test_docs.py",
}
"""Pages whose code runs in tests of what they are about."""

UCLCHEM = """\
Reactant 1,Reactant 2,Reactant 3,Product 1,Product 2,Product 3,Product 4,Alpha,Beta,Gamma,T_min,T_max,extrapolate
H2,CRP,NAN,H2+,E-,NAN,NAN,1.2e-17,0.0,0.0,10.0,41000.0,False
H2+,H2,NAN,H3+,H,NAN,NAN,2.1e-9,0.0,0.0,10.0,41000.0,False
H3+,CO,NAN,HCO+,H2,NAN,NAN,1.4e-9,-0.14,-3.4,10.0,400.0,False
H3+,E-,NAN,H2,H,NAN,NAN,2.3e-8,-0.52,0.0,10.0,1000.0,False
HCO+,E-,NAN,CO,H,NAN,NAN,2.4e-7,-0.69,0.0,10.0,300.0,False
C,PHOTON,NAN,C+,E-,NAN,NAN,3.5e-10,0.0,3.76,10.0,41000.0,False
C,O,NAN,CO,PHOTON,NAN,NAN,4.69e-15,1.52,-50.5,10.0,14700.0,False
HE,CRP,NAN,HE+,E-,NAN,NAN,6.5e-18,0.0,0.0,10.0,41000.0,False
"""
KROME = """\
@common:user_crate,user_tau
@format:idx,R,R,P,P,Tmin,Tmax,rate
1,H,E,H-,,NONE,NONE,1.4d-18*Tgas**0.93*exp(-Tgas/1.6d4)
2,H-,H,H2,E,NONE,NONE,1.3d-9
3,H+,E,H,,2.73d0,1d8,2.7d-13*invTe**0.6
@format:idx,R,P,P,rate
4,H-,H,E,1.4d-7*exp(-0.5*user_tau)
5,H,H+,E,4.6d-1*user_crate
"""
PRESENT = {"from_uclchem": {"gas_reactions.csv": UCLCHEM}, "from_krome": {"react_small": KROME}}
PRESENT["expressions"] = {"react_cloud": KROME.replace("user_tau", "user_gas_dust_ratio")}
"""Files that readers of these pages have."""


def pages():
    return sorted(path.stem for path in DOCS.glob("*.md") if BLOCK.search(path.read_text()))


@pytest.mark.parametrize("page", [page for page in pages() if page not in ELSEWHERE])
def test_the_code_prints_what_it_says(page, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, text in PRESENT.get(page, {}).items():
        Path(name).write_text(text)
    code = "\n".join(BLOCK.findall((DOCS / f"{page}.md").read_text()))
    if ".plot(" in code:
        pytest.importorskip("matplotlib").use("Agg")
    exec(code, {})
    expected = [text.strip() for text in re.findall(r"# -> (.*)$", code, flags=re.MULTILINE)]
    assert capsys.readouterr().out.splitlines() == expected


def test_pages_that_run_elsewhere_are_read_there():
    for page, test in ELSEWHERE.items():
        assert f"{page}.md" in (ROOT / "tests" / test).read_text()


def commands():
    for path in [ROOT / "README.md", *sorted(DOCS.glob("*.md"))]:
        text = "".join(SHELL.findall(path.read_text())).replace("\\\n", " ")
        for line in text.splitlines():
            if line.startswith("eqxfuse "):
                yield pytest.param(line, id=f"{path.stem}: {line[:40]}")


@pytest.mark.parametrize("line", commands())
def test_commands_are_understood(line):
    assert callable(_parser().parse_args(shlex.split(line, comments=True)[1:]).command)
