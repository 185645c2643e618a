"""Trajectories as files and as the tables of other libraries."""

from eqxfuse._trajectory_file._axes import axis_names as axis_names
from eqxfuse._trajectory_file._dataset import to_dataset as to_dataset
from eqxfuse._trajectory_file._npz import origin_arrays as origin_arrays
from eqxfuse._trajectory_file._npz import write_arrays as write_arrays
from eqxfuse._trajectory_file._suffix import SUFFIXES as SUFFIXES
from eqxfuse._trajectory_file._suffix import read_fields as read_fields
from eqxfuse._trajectory_file._suffix import write_file as write_file
from eqxfuse._trajectory_file._table import to_dataframe as to_dataframe
