"""Which line of a user's is a warning about, however many wrappers lie between?"""

import inspect
import os
import warnings
from pathlib import Path

from dxkit.errors import TableWarning

# where the modules of dxkit lie
PACKAGE = f"{Path(__file__).parents[1]}{os.sep}"


def warn_caller(text: str) -> None:
    """Warn of a table at the first line outside of dxkit, however many wrappers lie between."""
    level = 2
    frame = inspect.currentframe()
    frame = frame and frame.f_back
    while frame and frame.f_back and frame.f_code.co_filename.startswith(PACKAGE):
        frame = frame.f_back
        level += 1
    warnings.warn(text, TableWarning, stacklevel=level)
