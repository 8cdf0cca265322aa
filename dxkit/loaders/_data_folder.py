"""Where do the shipped tables lie, and where does a newer file go?"""

import os
from pathlib import Path


def data_folder() -> Path:
    """Find the folder of the shipped tables, into which newer files are put.

    A file at its top takes the place of a shipped table in `load`, and so in every notebook: either
    one that is called as the table is (``progress.csv``, ``courses_2027.xlsx``), with its columns
    in English or Japanese, or an official file that `identify` knows (standardisation: progress;
    extensions; the dashboard and its online applications; boundaries N03; mesh population). One
    that fits no table is refused. ``compare_with_shipped`` shows what it changes; taken out of the
    folder, it is forgotten.

    Returns
    -------
    pathlib.Path
        The folder that the environment variable ``DXKIT_DATA`` names, or else the installed
        package's, or the checkout's.

    Examples
    --------
    >>> (data_folder() / "catalog.csv").exists()
    True
    """
    if folder := os.environ.get("DXKIT_DATA"):
        return Path(folder)
    package = Path(__file__).resolve().parents[1]
    # an installed package brings its data along; in a checkout they stand beside it
    installed = package / "data"
    return installed if (installed / "catalog.csv").exists() else package.parent / "data"
