"""Where do the shipped tables lie?"""

import os
from pathlib import Path


def data_folder() -> Path:
    """Find the folder of the shipped tables.

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
