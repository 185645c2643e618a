"""Formulas as text: the language that KROME, PRIZMO and Fortran share."""

from eqxfuse._chemistry.expression.code import Code as Code
from eqxfuse._chemistry.expression.names import Definition as Definition
from eqxfuse._chemistry.expression.names import Names as Names
from eqxfuse._chemistry.expression.reader import Formula as Formula
from eqxfuse._chemistry.expression.reader import read_formula as read_formula
