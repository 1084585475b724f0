"""Vendored files are the published ones: each is named with its hash, and no other is there."""

import re
from hashlib import sha256

from tests.architecture.source import ROOT

VENDOR = ROOT / "static" / "vendor"


def test_vendored_files_are_those_of_the_list() -> None:
    listed = {
        path: digest
        for digest, path in re.findall(
            r"^([0-9a-f]{64})  (\S+)$", (VENDOR / "VENDOR.md").read_text(), re.MULTILINE
        )
    }
    there = {
        path.relative_to(VENDOR).as_posix(): sha256(path.read_bytes()).hexdigest()
        for path in VENDOR.rglob("*")
        if path.is_file() and path.name != "VENDOR.md"
    }
    assert there == listed


def test_every_vendored_package_brings_its_licence() -> None:
    for folder in VENDOR.iterdir():
        assert folder.name == "VENDOR.md" or (folder / "LICENSE").is_file(), folder.name


def test_nothing_of_another_host_is_asked_for() -> None:
    """Our own sheets and scripts name no other host; nothing leaves the machine."""
    for path in [*(ROOT / "static" / "css").glob("*"), *(ROOT / "static" / "js").rglob("*.js")]:
        assert not re.search(r"https?://", path.read_text()), path.name
