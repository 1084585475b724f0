"""Folders for what a child writes on the way: a child that is killed removes nothing itself.

A worker removes the folder of its child when that has ended, and when it starts, those of workers
of this machine that are gone.
"""

import contextlib
import re
import shutil
import socket
import tempfile
import zlib
from os import getpid
from pathlib import Path

import psutil

# Machines and containers may share the folder above; short, since paths of sockets are.
_OF_THIS_HOST = f"ty-{zlib.crc32(socket.gethostname().encode()):08x}-"
_NAME = re.compile(re.escape(_OF_THIS_HOST) + r"(\d{1,9})-.*")


def make_folder() -> str | None:
    """Make a folder for one child; None where there is no room for one: it does without."""
    with contextlib.suppress(OSError):
        return tempfile.mkdtemp(prefix=f"{_OF_THIS_HOST}{getpid()}-")
    return None


def use_folder(folder: str | None) -> None:
    """Have this process write there, and no process that it starts: they are found by TMPDIR."""
    tempfile.tempdir = folder


def remove_folder(folder: str | None) -> None:
    """Remove the folder of a child that has ended."""
    if folder is not None:
        shutil.rmtree(folder, ignore_errors=True)


def remove_forsaken() -> None:
    """Remove the folders of workers of this machine that are gone."""
    for path in Path(tempfile.gettempdir()).glob(f"{_OF_THIS_HOST}*"):
        name = _NAME.fullmatch(path.name)
        if name and not psutil.pid_exists(int(name[1])):
            shutil.rmtree(path, ignore_errors=True)
