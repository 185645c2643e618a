"""Trajectories as files and as the tables of other libraries."""

from eqxfuse._solve.trajectory.files.axes import axis_names as axis_names
from eqxfuse._solve.trajectory.files.dataset import to_dataset as to_dataset
from eqxfuse._solve.trajectory.files.npz import origin_arrays as origin_arrays
from eqxfuse._solve.trajectory.files.npz import write_arrays as write_arrays
from eqxfuse._solve.trajectory.files.suffix import SUFFIXES as SUFFIXES
from eqxfuse._solve.trajectory.files.suffix import read_fields as read_fields
from eqxfuse._solve.trajectory.files.suffix import write_file as write_file
from eqxfuse._solve.trajectory.files.table import to_dataframe as to_dataframe
