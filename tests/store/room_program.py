"""How do tests start the room as `make room` does? In a process of its own, until it is ready."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def start_room(folder, name, **variables):
    """Start the room's program on this machine; return the process and what it said until ready."""
    command = [sys.executable, str(ROOT / "scripts" / "open_room.py"), "--folder", str(folder)]
    command += ["--meeting", name, "--address", "127.0.0.1", "--no-browser"]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"} | variables
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, encoding="utf-8", env=environment
    )
    text = ""
    for line in process.stdout:
        text += line
        # the last line before the pages can be opened says how to stop
        if "Ctrl+C" in line:
            break
    return process, text
