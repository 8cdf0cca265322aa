"""Can these tables and choices be used, and if not, what should be put right?

One check a function, with one wording for everybody: columns, numbers, keys, labels, choices and
optional libraries. A check of a table names every fault at once, with its row as the table's first,
second, … row.
"""

from dxkit._checks._caller_warning import warn_caller as warn_caller
from dxkit._checks._choices import import_extra as import_extra
from dxkit._checks._choices import is_among as is_among
from dxkit._checks._choices import is_number as is_number
from dxkit._checks._choices import read_counts as read_counts
from dxkit._checks._choices import read_list as read_list
from dxkit._checks._choices import read_mapping as read_mapping
from dxkit._checks._choices import read_time_limit as read_time_limit
from dxkit._checks._choices import require_choice as require_choice
from dxkit._checks._choices import require_count as require_count
from dxkit._checks._choices import require_executor as require_executor
from dxkit._checks._choices import require_flag as require_flag
from dxkit._checks._choices import require_function as require_function
from dxkit._checks._choices import require_number as require_number
from dxkit._checks._choices import require_result as require_result
from dxkit._checks._choices import require_seed as require_seed
from dxkit._checks._choices import require_share as require_share
from dxkit._checks._choices import require_whole_number as require_whole_number
from dxkit._checks._choices import to_float_array as to_float_array
from dxkit._checks._days import read_day as read_day
from dxkit._checks._days import to_day as to_day
from dxkit._checks._labels import LARGEST_KM as LARGEST_KM
from dxkit._checks._labels import find_positions as find_positions
from dxkit._checks._labels import match_labels as match_labels
from dxkit._checks._labels import read_distance_matrix as read_distance_matrix
from dxkit._checks._labels import read_labels as read_labels
from dxkit._checks._labels import warn_of_lone_labels as warn_of_lone_labels
from dxkit._checks._tables import EMPTY_REMEDY as EMPTY_REMEDY
from dxkit._checks._tables import find_blank_cells as find_blank_cells
from dxkit._checks._tables import find_stray_words as find_stray_words
from dxkit._checks._tables import read_coordinates as read_coordinates
from dxkit._checks._tables import read_numbers as read_numbers
from dxkit._checks._tables import require_columns as require_columns
from dxkit._checks._tables import require_filled as require_filled
from dxkit._checks._tables import require_one_heading as require_one_heading
from dxkit._checks._tables import require_single_columns as require_single_columns
from dxkit._checks._tables import require_table as require_table
from dxkit._checks._tables import require_unique_rows as require_unique_rows
from dxkit._checks._tables import to_numbers as to_numbers
