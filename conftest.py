"""Tests and examples keep nothing in the home of whoever runs them."""

import os
import tempfile

# read by dxkit.loaders.user_folder, in kernels that tests start, too
os.environ["DXKIT_HOME"] = tempfile.mkdtemp(prefix="dxkit-home-")
