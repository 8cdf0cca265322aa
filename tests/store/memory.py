"""What lies in another process's memory, byte by byte? Linux lets its owner read it."""

import errno
import functools
import os
import re
import secrets
import subprocess
import sys
from pathlib import Path

import pytest

RANGE = re.compile(r"([0-9a-f]+)-([0-9a-f]+) rw")
CHUNK = 1 << 20
DIGITS = re.compile(rb"[0-9a-f]{24,}")
# reads a text that stands nowhere else, and waits
CHILD = "import sys; text = sys.stdin.readline(); print(len(text), flush=True); sys.stdin.read()"


@functools.cache
def explain_no_memory():
    """Why a child's memory cannot be read here; empty where it can."""
    mark = secrets.token_hex(16)
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", CHILD], **pipes) as child:
        child.stdin.write(f"{mark}\n")
        child.stdin.flush()
        child.stdout.readline()
        try:
            blocks = read_memory(child.pid)
        except OSError as error:
            return str(error)
        finally:
            child.stdin.close()
    if not any(mark.encode() in block for block in blocks):
        return "a text that a child process holds was not in what was read of its memory"
    return ""


def require_memory():
    """Skip where no child's memory can be read; in CI on Linux that is a failure."""
    if not (reason := explain_no_memory()):
        return
    if os.environ.get("CI") == "true" and sys.platform == "linux":
        pytest.fail(f"CI reads a child's memory on Linux: {reason}")
    pytest.skip(f"this system shows no child's memory: {reason}")


def read_memory(pid):
    """Every byte that a process may write, one block a mapping."""
    maps = Path(f"/proc/{pid}/maps").read_text()
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
        return [
            _read_mapping(memory, int(first, 16), int(last, 16))
            for first, last in RANGE.findall(maps)
        ]


def _read_mapping(memory, start, end):
    page = os.sysconf("SC_PAGE_SIZE")
    parts = []
    while start < end:
        try:
            memory.seek(start)
            part = memory.read(min(CHUNK, end - start))
        except OSError as error:
            if error.errno not in {errno.EIO, errno.EFAULT}:
                raise
            # a guard page, or one that was given back meanwhile: the next ones are read
            start += page
            continue
        if not part:
            break
        start += len(part)
        # memory that was reserved and never used says nothing
        if part.strip(b"\0"):
            parts.append(part)
    return b"".join(parts)


def list_digits(blocks):
    """All long runs of hexadecimal digits, one a line: ids, hashes and secrets are among them."""
    return b"\n".join(b"\n".join(DIGITS.findall(block)) for block in blocks)
