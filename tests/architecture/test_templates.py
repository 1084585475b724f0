"""Rules that hold for every template: they show, and neither compute nor trust."""

import re
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

from dashboard import create_app
from dashboard.config import load_settings
from tests.architecture.source import ROOT

TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
NAMES = [path.relative_to(ROOT / "templates").as_posix() for path in TEMPLATES]
FORBIDDEN = {
    "safe": r"\|\s*safe\b",
    "autoescape switched off": r"autoescape\s+false",
    "inline style": r"\sstyle\s*=",
    "style element": r"<style\b",
    "inline script": r"<script(?![^>]*\bsrc=)[^>]*>",
    "event handler": r"""\son[a-z]+\s*=\s*["']""",
    "eval of htmx": r"hx-(on|vals\s*=\s*[\"']js:)",
    "another host": r"""(src|action)\s*=\s*["']https?://""",
    "a database": r"\bdb\.|\.query\b|session\.execute",
}
ICONS = {path.stem for path in (ROOT / "static/vendor/lucide-1.62.0").glob("*.svg")}
# Macros of other files that a template may import and not call: none.
IMPORT = re.compile(r"{%-?\s*from\s+\"([^\"]+)\"\s+import\s+([^%]+?)\s*-?%}")


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """What the app compiles templates with: nothing of it changes from one to the next."""
    home = tmp_path_factory.mktemp("home")
    return create_app(load_settings({"TRAINYARD_HOME": str(home)})).jinja_env


def _text(name: str) -> str:
    return (ROOT / "templates" / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_template_holds_nothing_forbidden(name: str) -> None:
    text = re.sub(r"{#.*?#}", "", _text(name), flags=re.DOTALL)
    found = [what for what, pattern in FORBIDDEN.items() if re.search(pattern, text)]
    assert not found


@pytest.mark.parametrize("name", NAMES)
def test_template_is_valid(name: str, environment: Environment) -> None:
    environment.get_template(name)


@pytest.mark.parametrize("name", NAMES)
def test_every_imported_macro_is_used(name: str) -> None:
    text = _text(name)
    unused = [
        macro
        for _, macros in IMPORT.findall(text)
        for macro in re.split(r"\s*,\s*", macros)
        if len(re.findall(rf"\b{macro}\b", IMPORT.sub("", text))) == 0
    ]
    assert not unused


@pytest.mark.parametrize("name", NAMES)
def test_every_imported_macro_exists(name: str) -> None:
    for source, macros in IMPORT.findall(_text(name)):
        there = set(re.findall(r"{%-?\s*macro\s+(\w+)", _text(source)))
        there |= set(re.findall(r"{%-?\s*set\s+(\w+)", _text(source)))
        assert set(re.split(r"\s*,\s*", macros)) <= there, source


@pytest.mark.parametrize("name", [n for n in NAMES if not n.startswith("_ui/")])
def test_page_leaves_live_attributes_to_the_macro(name: str) -> None:
    """One place writes how a part polls, so that one place can be right."""
    assert "hx-trigger" not in _text(name)


# Where "Pause updates" stands of a live part that has none itself; a check of the form takes
# seconds and can be stopped, and the pill is how a browser is told of an end.
PAUSED_AT = {
    "overview/_now.html": "overview/index.html", "jobs/_rows.html": "jobs/_filters.html",
    "jobs/_bulk.html": "jobs/bulk.html", "workers/_queue.html": "workers/index.html",
    "batches/_extend.html": "batches/_now.html", "jobs/_preflight.html": None,
    "_ui/_pill.html": None,
}  # fmt: skip


@pytest.mark.parametrize("name", [n for n in NAMES if "call live(" in _text(n)])
def test_what_follows_something_can_be_paused(name: str) -> None:
    where = PAUSED_AT.get(name, name)
    assert where is None or "live_note(" in _text(where)


@pytest.mark.parametrize("name", NAMES)
def test_every_icon_is_there(name: str, environment: Environment) -> None:
    """A name that is misspelt would be found only on the page that shows it."""
    tree = environment.parse(_text(name))
    used = {
        call.args[0].value
        for call in tree.find_all(nodes.Call)
        if isinstance(call.node, nodes.Name)
        and call.node.name == "icon"
        and call.args
        and isinstance(call.args[0], nodes.Const)
    }
    assert used <= ICONS


def test_templates_are_found() -> None:
    assert len(TEMPLATES) > 15
    assert all(isinstance(path, Path) for path in TEMPLATES)
