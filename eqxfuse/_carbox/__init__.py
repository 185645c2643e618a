"""What a user's carbox network computes, read off its objects; carbox itself is never imported."""

from eqxfuse._carbox._arguments import conditions as conditions
from eqxfuse._carbox._read import CarboxReading as CarboxReading
from eqxfuse._carbox._read import read_carbox as read_carbox
