"""Rows of each format, written for the tests."""

UMIST = """\
1:AD:C-:C:C2:e-:::1:5.00e-10:0.00:0.0:10:41000:L:C:"10.1086/190665":"a note":
2:CP:H2:CRP:H2+:e-:::1:1.20e-17:0.00:0.0:10:41000:L:A:"":"no colon at the end"
3:CR:H2O:CRPHOT:OH:H:::1:1.30E-17:0.00:485.5:10:41000:C:C:"10.1051/aas:1996":"":
4:PH:CO:PHOTON:O:C:::1:2.40e-10:0.00:3.5:10:41000:L:A:"http://a.b/c:d":"Author, A: a title":
5:RA:C:O:CO:PHOTON:::1:4.69e-19:1.52:-50.5:10:14700:C:B:"": ! a remark
6:DR:C2H3+:e-:C2H:H:H::2:2.95e-07:-0.84:0.0:50:1000:L:A:"1:2":"n":5.65e-07:-1.38:0.0:1000:30000:L:A:"":"":
7:NN:H:H2:H:H:H::1:4.67E-7:-1.00:55000.0:1833:41000:L:C:"an odd "" quote":"here"":
8:NN:c-C3H2:O:CO:C2H2:::1:1.00e-12:0.00:0.0:10:100:L:C:"":"":
"""


def kida_row(reactants: str, products: str, words: str) -> str:
    """Names in their columns, then `alpha beta gamma itype Tmin Tmax formula id`."""
    alpha, beta, gamma, itype, low, high, formula, id = words.split()
    names = "".join(f"{n:11}" for n in reactants.split()).ljust(34)
    names += "".join(f"{n:11}" for n in products.split()).ljust(57)
    return f"{names}{alpha} {beta} {gamma} 2.00e+00 0.00e+00 logn {itype:>2} {low:>6} {high:>6} {formula:>2} {id} 1  1"


KIDA = "\n".join(
    [
        "! Reactants   Products   A B C",
        kida_row("N2 CR", "N N", "5.000e+00 0.0 0.0 1 -9999 9999 1 1"),
        kida_row("HC7N CRP", "CN C6H", "1.750e+03 0.0 0.0 2 -9999 9999 2 2"),
        kida_row("HCCS Photon", "CS CH", "1.900e-09 0.0 1.7 3 -9999 9999 2 3"),
        kida_row("HC3S Photon", "CS CCH", "1.900e-09 0.0 1.7 3 -9999 9999 1 4"),
        kida_row("H2S C+", "C H2S+", "1.000e+00 1.2e-09 1.5 5 10 233 4 5"),
        kida_row("H2S C+", "C H2S+", "1.000e+00 1.2e-09 1.5 5 234 800 5 5"),
        kida_row("C O", "CO Photon", "2.100e-19 0.0 0.0 6 10 300 3 6"),
        kida_row("C O", "CO Photon", "1.100e-19 0.0 0.0 6 10 300 3 7"),
        kida_row("GRAIN- HCO+", "GRAIN0 CO H", "1.500e-05 0.5 0.0 0 -9999 9999 0 8"),
        kida_row("XH XH", "H2", "1.000e+00 0.0 0.0 10 -9999 9999 10 9"),
        kida_row("H", "XH", "7.920e-05 0.5 0.0 11 -9999 9999 11 10"),
        kida_row("H H M", "H2 M", "1.000e-32 0.0 0.0 9 10 300 6 11"),
        kida_row("l-C3H2 H", "c-C3H2 H", "6.000e-11 0.0 0.0 4 639 9999 3 12"),
    ]
)

UCLCHEM_HEADER = (
    "Reactant 1,Reactant 2,Reactant 3,Product 1,Product 2,Product 3,Product 4,"
    "Alpha,Beta,Gamma,T_min,T_max,reduced_mass,extrapolate"
)
UCLCHEM = f"""\
{UCLCHEM_HEADER}
@C,THERM,NAN,C,NAN,NAN,NAN,1.0,0.0,0.0,0.0,10000.0,0.0,False
CO,FREEZE,NAN,#CO,NAN,NAN,NAN,1.0,0.0,0.0,0.0,10000.0,0.0,False
E-,FREEZE,NAN,E-,NAN,NAN,NAN,1.0,0.0,0.0,0.0,10000.0,0.0,False
#H,#H,LHDES,H2,NAN,NAN,NAN,1.0,0.0,0.0,0.0,10000.0,0.5,False
H2,CRP,NAN,H2+,E-,NAN,NAN,1.2e-17,0.0,0.0,10.0,41000.0,0.0,False
HCL,CRPHOT,NAN,H,CL,NAN,NAN,1.3e-17,0.0,305.0,10.0,41000.0,0.0,False
MG,PHOTON,NAN,MG+,E-,NAN,NAN,7.9e-11,0.0,2.1,10.0,41000.0,0.0,False
H2,PHOTON,NAN,H,H,NAN,NAN,1.0,1.0,0.0,0.0,10000.0,0.0,False
CO,PHOTON,NAN,O,C,NAN,NAN,2.4e-10,0.0,3.88,10.0,41000.0,0.0,False
C,PHOTON,NAN,C+,E-,NAN,NAN,3.5e-10,0.0,3.76,10.0,41000.0,0.0,False
H,H,H2FORM,H2,NAN,NAN,NAN,1.0,0.0,0.0,0.0,10000.0,0.0,False
C,O,NAN,CO,PHOTON,NAN,NAN,4.69e-19,1.52,-50.5,10.0,14700.0,0.0,False
HE+,H2,NAN,HE,H+,H,NAN,3.7e-14,0.0,35.0,10.0,300.0,0.0,True
H2O,C+,IONOPOL1,HOC+,H,NAN,NAN,0.67,9e-10,5.5,10.0,300.0,0.0,False
H2O,C+,IONOPOL2,HOC+,H,NAN,NAN,0.67,9e-10,5.5,300.0,1000.0,0.0,False
"""

LATENT_TGAS = """\
r1,r2,p1,p2,a,b,c,mechanism
H3O+,E,H2O,H,        1.1e-7,-0.5,0,KA
O,,O+,E,             2.8,0,0,CR
H,H,H2,,             2.121e-17,0,0,H2Form
H2O,,OH,H,           7.72e-10,0,0,FUV
C+,OH,CO+,H,         5.673e-10,0,0,KA
C+,OH,CO+,H,         2.399e-09,-0.5,0,KA
"""

KROME = """\
@common:user_crate,user_J21
@var:T = Tgas*1d0
1,H,E,,H+,E,E,,NONE,.LE.5.5d3,5.8d-11*sqrt(T)*exp(-1.58d5*invT)
@CR_start
@format:idx,R,P,P,rate
2,H,H+,E,4.6d-1*user_crate*user_J21 ! a remark
@CR_stop
@format:R,R,P,Tmin,Tmax,rate
H,H,H2,>1d1,NONE,merge(1d-17,2d-17,T.lt.3d2)*get_Hnuclei(n(:))/n(idx_H)
"""

PRIZMO = """\
VARIABLES{ tx = Tgas32**(-0.5) }
H+ + E -> H           [, 1.0e4]      3.5e-12 * tx
H2 + He+ -> He + H+ + H [30., 3d2]   3.7e-14 * exp(-35.0*invTgas)
H -> H+ + E           []             0.46 * user_cr
"""

OWN = """\
{"eqxfuse": 1, "name": "", "species": [["H", [["H", 1]], 0], ["H2", [["H", 2]], 0]], "totals": [], "notes": []}
{"equation": "H + H -> H2", "reactants": [["H", 2]], "products": [["H2", 1]], "factors": ["H"], "fits": [{"law": \
"Kooij", "alpha": 1e-17, "beta": 0.5, "gamma": 0.0, "t_min": 10.0, "t_max": null, "uncertainty": [2.0, 0.0]}], \
"out_of_range": "clamp", "id": 1, "kind": "grain"}
{"equation": "H2 -> H + H", "reactants": [["H2", 1]], "products": [["H", 2]], "factors": ["H2"], "fits": [{"law": \
"Expression", "code": [[["field", "temperature"], ["number", 0], ["mul", 0, 1]], 2, -1], "numbers": [1e-17], \
"t_min": 0.0, "t_max": 300.0}], "out_of_range": "zero", "id": 2, "kind": ""}
"""

ALL = {
    "umist": UMIST, "kida": KIDA, "uclchem": UCLCHEM, "latent_tgas": LATENT_TGAS, "krome": KROME, "prizmo": PRIZMO,
    "eqxfuse": OWN,
}  # fmt: skip
