"""What a search may try: drawn by chance, written out as a grid, or guessed by Optuna."""

import math

import pytest

from tasks.engine.search.space import (
    Range,
    Tried,
    Values,
    count_combinations,
    draw,
    key_of,
    list_grid,
    read_space,
    write_space,
)
from tasks.engine.search.tpe import propose

SPACE = {
    "rate": Range(0.001, 1.0, log=True),
    "rounds": Range(10, 200, whole=True),
    "depth": Values((None, 3, 8)),
    "share": Range(0.1, 1.0, step=0.3),
}


def test_what_is_drawn_lies_within_and_is_of_its_kind() -> None:
    found = draw(SPACE, 300, seed=4)
    assert len({key_of(one) for one in found}) == 300
    for one in found:
        assert 0.001 <= one["rate"] <= 1.0
        assert isinstance(one["rounds"], int)
        assert 10 <= one["rounds"] <= 200
        assert one["depth"] in (None, 3, 8)
        assert one["share"] in (0.1, 0.4, 0.7, 1.0)
    # As many in each tenfold of a logarithmic range.
    tenfolds = [math.floor(math.log10(one["rate"])) for one in found]
    assert all(70 < tenfolds.count(n) < 130 for n in (-3, -2, -1))
    assert all(len(f"{one['rate']:.10g}".lstrip("0.").replace(".", "")) <= 4 for one in found)


def test_the_same_seed_gives_the_same_and_goes_on_where_it_ended() -> None:
    found = draw(SPACE, 30, seed=1)
    assert draw(SPACE, 30, seed=1) == found
    assert draw(SPACE, 30, seed=2) != found
    assert draw(SPACE, 10, seed=1, tried=found[:20]) == found[20:]


def test_of_few_combinations_all_are_drawn_and_none_twice() -> None:
    few = {"a": Values((1, 2, 3)), "b": Range(0.0, 1.0, step=0.5)}
    assert count_combinations(few) == 9
    found = draw(few, 50, seed=0)
    assert sorted(map(key_of, found)) == sorted(map(key_of, list_grid(few)))
    assert found != list(list_grid(few))
    assert draw(few, 50, seed=0, tried=found) == []


def test_what_an_estimator_does_not_take_is_not_drawn() -> None:
    found = draw(SPACE, 40, seed=0, admits=lambda one: one["depth"] is not None)
    assert len(found) == 40
    assert {one["depth"] for one in found} == {3, 8}
    assert draw(SPACE, 5, seed=0, admits=lambda _one: False) == []


def test_true_and_one_are_two_values() -> None:
    space = {"a": Values((1, True, 1.0, "1"))}
    assert len(draw(space, 9, seed=0)) == 4


def test_a_space_is_the_same_after_it_was_written() -> None:
    assert read_space(write_space(SPACE)) == SPACE


def goodness(one: dict) -> float:
    return -((math.log10(one["rate"]) + 2) ** 2) - ((one["rounds"] - 60) / 100) ** 2


def search(n: int, at_once: int = 2) -> list[Tried]:
    tried: list[Tried] = []
    while len(tried) < n:
        new = propose(SPACE, at_once, seed=3, tried=tried, greater_is_better=True)
        tried += [Tried(one, "done", goodness(one), 5) for one in new]
    return tried


def test_guesses_are_better_than_chance_and_the_same_each_time() -> None:
    found = search(40)
    assert [one.parameters for one in search(40)] == [one.parameters for one in found]
    assert len({key_of(one.parameters) for one in found}) == 40
    guessed = sum(goodness(dict(one.parameters)) for one in found[20:]) / 20
    by_chance = sum(map(goodness, draw(SPACE, 200, seed=8))) / 200
    assert guessed > by_chance + 0.3
    assert all(isinstance(one.parameters["rounds"], int) for one in found)


def test_the_direction_counts() -> None:
    tried = search(20)
    worst = [Tried(one.parameters, "done", -one.score, 5) for one in tried]
    up = propose(SPACE, 3, seed=3, tried=tried, greater_is_better=True)
    assert propose(SPACE, 3, seed=3, tried=worst, greater_is_better=False) == up
    assert propose(SPACE, 3, seed=3, tried=worst, greater_is_better=True) != up


@pytest.mark.parametrize("state", ["running", "failed", "stopped"])
def test_candidates_that_have_no_whole_score_are_no_obstacle(state: str) -> None:
    score, folds = (0.3, 2) if state == "stopped" else (None, 0)
    tried = [Tried(one, state, score, folds) for one in draw(SPACE, 12, seed=0)]
    tried += search(12)
    found = propose(SPACE, 4, seed=0, tried=tried, greater_is_better=True)
    known = {key_of(one.parameters) for one in tried}
    assert len({key_of(one) for one in found} - known) == 4


def test_guesses_end_with_what_there_is() -> None:
    few = {"a": Values(tuple(range(12)))}
    tried = [Tried({"a": n}, "done", float(n), 3) for n in range(10)]
    found = propose(few, 5, seed=0, tried=tried, greater_is_better=True)
    assert sorted(one["a"] for one in found) == [10, 11]


def test_parameters_that_are_fixed_make_no_candidate_new() -> None:
    space = {"max_depth": Values((1, 2, 3, 4)), "min_samples_leaf": Values((1, 2, 3, 4))}
    fixed = {"n_estimators": 10}
    tried: list[Tried] = []
    while new := propose(space, 1, seed=0, tried=tried, greater_is_better=True):
        assert len(tried) < 17, "the space has an end"
        score = float(-abs(new[0]["max_depth"] - 3) - new[0]["min_samples_leaf"])
        tried.append(Tried(fixed | new[0], "done", score, 5))
    assert len({key_of(one.parameters) for one in tried}) == len(tried) == 16
