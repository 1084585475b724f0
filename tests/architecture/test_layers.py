"""Who may call whom, where the import contracts of pyproject.toml cannot say it."""

import ast
import sys

import pytest

from tests.architecture.source import ROOT, functions, imports, name_of, parse, python_files

FEATURES = sorted(
    path.parent.name for path in (ROOT / "dashboard").glob("*/routes.py")
)  # fmt: skip
REQUEST_NAMES = {
    "flask.request", "flask.session", "flask.g", "flask.abort", "flask_login.current_user",
}  # fmt: skip


def _starts_with(name: str, module: str) -> bool:
    return name == module or name.startswith(module + ".")


@pytest.mark.parametrize("feature", FEATURES)
def test_routes_leave_data_to_services_and_queries(feature: str) -> None:
    forbidden = ("sklearn", "pandas", "numpy", "sqlalchemy", "boto3", "dashboard.extensions.db")
    for path in (ROOT / "dashboard" / feature).rglob("*routes*.py"):
        found = [n for n in imports(path) if any(_starts_with(n, f) for f in forbidden)]
        assert not found, f"{name_of(path)} imports {found}"


def test_services_and_queries_know_no_request() -> None:
    for path in python_files("dashboard"):
        if path.stem in {"service", "queries", "execution", "comparison", "reading"}:
            found = REQUEST_NAMES & set(imports(path))
            assert not found, f"{name_of(path)} imports {found}"


def test_no_feature_imports_routes_or_forms_of_another() -> None:
    for path in python_files("dashboard"):
        feature = path.relative_to(ROOT / "dashboard").parts[0]
        for name in imports(path):
            parts = name.split(".")
            if parts[0] == "dashboard" and len(parts) > 2 and parts[2] in {"routes", "forms"}:
                is_factory = name_of(path) == "dashboard/__init__.py"
                assert is_factory or parts[1] == feature, f"{name_of(path)} imports {name}"


def test_dashboard_imports_nothing_of_tasks_but_the_engine() -> None:
    for path in python_files("dashboard"):
        wrong = [
            name
            for name in imports(path)
            if _starts_with(name, "tasks") and not _starts_with(name, "tasks.engine")
        ]
        assert not wrong, f"{name_of(path)} imports {wrong}"


def test_engine_uses_its_own_library_only() -> None:
    known = {"numpy", "pandas", "sklearn", "scipy", "pyarrow", "skops", "joblib", "threadpoolctl"}
    known |= {"onnx", "onnxruntime", "skl2onnx"}  # models as ONNX
    known |= {"optuna"}  # searches
    for path in python_files("tasks/engine"):
        if path.parent.name == "bundle":  # runs on its own, beside a schema.py
            continue
        for name in imports(path):
            top = name.split(".")[0]
            is_own = _starts_with(name, "tasks.engine")
            assert is_own or top in known or top in sys.stdlib_module_names, (
                f"{name_of(path)} imports {name}"
            )


def test_only_migrations_and_records_name_tables() -> None:
    """SQL text by hand is for migrations; elsewhere a query is built from records."""
    for path in python_files("dashboard", "tasks"):
        if path.name == "transaction.py":
            continue
        assert "exec_driver_sql" not in path.read_text(), name_of(path)


def test_every_module_says_what_it_is() -> None:
    for path in python_files("dashboard", "tasks"):
        assert ast.get_docstring(parse(path)), f"{name_of(path)} has no docstring"


def test_functions_are_found() -> None:
    """The ceilings below mean nothing unless there are functions that they look at."""
    assert len(list(functions())) > 100
