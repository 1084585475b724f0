"""Reasons in plain words."""

import errno
from typing import Any

import pytest

from dashboard.errors import NotFound, Unavailable
from dashboard.storage import StorageFull
from tasks.engine.errors import EngineError
from tasks.engine.estimators.catalogue import get_estimator, list_estimators
from tasks.engine.estimators.lighter import find_lighter
from tasks.failures import Damaged, explain, memory_failure, parsing


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (StorageFull("no room left"), "DISK_FULL", "no room left"),
        (OSError(errno.ENOSPC, "No space left on device", "/tmp/x"), "DISK_FULL", "(/tmp/x)"),
        (OSError(errno.EDQUOT, "Quota exceeded"), "DISK_FULL", "disk of the worker is full"),
        (Unavailable("The storage does not answer"), "STORAGE_AWAY", "does not answer"),
        (NotFound("gone"), "not_found", "gone"),
        (MemoryError(), "MEM_LIMIT", "not enough memory"),
        (EngineError("X", "words", "hint"), "X", "words"),
        (ValueError("strange\nmore"), "UNKNOWN", "do not recognise: strange"),
        (KeyError(), "UNKNOWN", "do not recognise: KeyError"),
    ],
)
def test_each_error_has_its_words(error: Exception, code: str, words: str) -> None:
    failure = explain(error)
    assert failure["code"] == code
    assert words in failure["message"]
    assert "\n" not in failure["message"]
    if code in {"DISK_FULL", "STORAGE_AWAY", "MEM_LIMIT", "UNKNOWN"}:
        assert failure["hint"]


@pytest.mark.parametrize("error", [MemoryError(), OSError(errno.ENOSPC, "No space left")])
def test_a_lack_of_room_is_no_damage(error: Any) -> None:
    with pytest.raises(type(error)), parsing():
        raise error
    with pytest.raises(Damaged), parsing():
        raise OSError("Couldn't deserialize thrift")


def test_lighter_estimators_are_of_the_same_task_and_come_to_an_end() -> None:
    for estimator in list_estimators():
        seen = {estimator.id}
        lighter = find_lighter(estimator.id)
        while lighter:
            assert lighter.task == estimator.task
            assert lighter.id not in seen
            seen.add(lighter.id)
            lighter = find_lighter(lighter.id)


def test_memory_limit_names_a_lighter_estimator_where_there_is_one() -> None:
    heavy = memory_failure(10**9, "fit", "KNeighborsRegressor")["hint"]
    assert heavy == f"Try fewer columns, a sample of rows, or {get_estimator('Ridge').title}"
    assert memory_failure(10**9, "fit", "Ridge")["hint"] == (
        "Try fewer columns or a sample of rows"
    )
