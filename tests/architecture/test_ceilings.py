"""Ceilings: what grows past them is split by meaning."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.source import CODE, ROOT, functions, name_of, python_files

LINES = {"code": 300, "test": 400, "init": 60, "template": 120, "script": 150, "style": 300}
FUNCTION_LINES = 40
POSITIONAL_ARGUMENTS = 6
ARGUMENTS = 9


def _body_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count a function's lines without its docstring, which is there for readers."""
    doc = node.body[0]
    has_doc = isinstance(doc, ast.Expr) and isinstance(doc.value, ast.Constant)
    doc_lines = (doc.end_lineno or 0) - doc.lineno + 1 if has_doc else 0
    return (node.end_lineno or 0) - node.lineno + 1 - doc_lines


def test_functions_are_short() -> None:
    long = [
        f"{name_of(path)}:{node.lineno} {node.name}: {_body_lines(node)} lines"
        for path, node in functions()
        if _body_lines(node) > (60 if node.name == "create_app" else FUNCTION_LINES)
    ]
    assert not long, "\n".join(long)


def test_functions_take_few_arguments() -> None:
    wide = [
        f"{name_of(path)}:{node.lineno} {node.name}"
        for path, node in functions()
        if len(node.args.args) > POSITIONAL_ARGUMENTS
        or len(node.args.args) + len(node.args.kwonlyargs) > ARGUMENTS
    ]
    assert not wide, "\n".join(wide)


def _files() -> Iterator[tuple[Path, int]]:
    for path in python_files(*CODE):
        yield path, LINES["init" if path.name == "__init__.py" else "code"]
    for path in python_files("tests"):
        yield path, LINES["test"]
    for path in (ROOT / "templates").rglob("*.html"):
        yield path, LINES["template"]
    for path in (ROOT / "static" / "js").rglob("*.js"):
        yield path, LINES["script"]
    for path in (ROOT / "static" / "css").rglob("*.css"):
        yield path, LINES["style"]


def test_files_are_small() -> None:
    long = [
        f"{name_of(path)}: {lines} lines, the ceiling is {ceiling}"
        for path, ceiling in _files()
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > ceiling
    ]
    assert not long, "\n".join(long)


def test_no_file_is_named_after_nothing() -> None:
    nothing = {"utils.py", "helpers.py", "common.py", "misc.py", "constants.py"}
    assert not [name_of(p) for p in python_files(*CODE, "tests") if p.name in nothing]
