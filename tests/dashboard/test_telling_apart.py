"""Names in little room show what differs among those that are shown."""

from flask import Flask

from dashboard.db import User
from dashboard.jobs.listing.shown_names import names_in_list
from dashboard.telling_apart import tell_apart
from tests.factories import make_dataset, make_job

START = "telco → churned: gradient boosting"


def test_settings_that_differ_come_first() -> None:
    names = [f"{START}, learning_rate {rate}, max_iter 300, l2_regularization 0.1, max_bins 255"
             for rate in (0.05, 0.1)]  # fmt: skip
    assert tell_apart(names, 48) == [
        "learning_rate 0.05, gradient boosting…",
        "learning_rate 0.1, gradient boosting…",
    ]


def test_what_differs_in_the_middle_is_seen_at_every_length() -> None:
    names = [f"{START}, max_depth 3, max_features {share}, min_samples_leaf 20, max_bins 255"
             for share in (0.3, 0.5, 0.7)]  # fmt: skip
    for most in (24, 30, 48, 80):
        shown = tell_apart(names, most)
        assert len(set(shown)) == 3, most
        assert all(len(one) <= most for one in shown), most
        assert [one.split(", ")[0].rstrip("…") for one in shown] == [
            "max_features 0.3", "max_features 0.5", "max_features 0.7"
        ]  # fmt: skip


def test_estimators_stay_where_they_differ() -> None:
    names = [f"{START}, max_depth {n}, learning_rate 0.1, max_iter 300" for n in (2, 3)]
    names += [f"telco → churned: random forest, max_depth {n}, n_estimators 500" for n in (2, 3)]
    shown = tell_apart(names, 40)
    assert [one.rstrip("…") for one in shown] == [
        "gradient boosting, max_depth 2", "gradient boosting, max_depth 3",
        "random forest, max_depth 2", "random forest, max_depth 3",
    ]  # fmt: skip


def test_names_that_begin_alike_are_told_in_the_same_way() -> None:
    names = [f"churn baseline, {end}" for end in ("gradient boosting", "naive Bayes", "ridge")]
    assert tell_apart(names, 30) == ["gradient boosting…", "naive Bayes…", "ridge…"]
    assert tell_apart(names, 40) == names


def test_targets_stay_where_they_differ() -> None:
    names = [f"telco → {target}: gradient boosting of many trees" for target in ("city", "churn")]
    shown = tell_apart(names, 30)
    assert shown[0].startswith("telco → city")
    assert shown[1].startswith("telco → churn")


def test_short_names_and_single_ones_stay() -> None:
    assert tell_apart(["a, b 1", "a, b 2"], 10) == ["a, b 1", "a, b 2"]
    assert tell_apart(["x" * 60], 21) == [f"{'x' * 10}…{'x' * 10}"]
    assert tell_apart([], 10) == []
    assert tell_apart(["same name of many letters"] * 2, 12) == ["same n…tters"] * 2


def test_a_comma_in_brackets_is_within_a_setting() -> None:
    names = [f"{START}, hidden_layer_sizes ({size}, 10), activation relu" for size in (5, 50)]
    assert tell_apart(names, 44) == [
        "hidden_layer_sizes (5, 10)…", "hidden_layer_sizes (50, 10)…"
    ]  # fmt: skip


def test_all_settings_that_differ_are_seen_by_shorter_names() -> None:
    names = [f"{START}, max_depth {d}, min_samples_leaf {n}, max_features {f}, seed 1"
             for d in (2, 4) for n in (1, 5) for f in (0.3, 0.7)]  # fmt: skip
    names.append("telco → churned: random forest, max_depth 3, max_features 0.3, n_estimators 90")
    for most in (30, 48):
        shown = tell_apart(names, most)
        assert len(set(shown)) == len(names), most
        assert all(len(one) <= most for one in shown), most
    assert tell_apart(names[:8], 44)[0] == "max_depth 2, min_s…_leaf 1, max_f…tures 0.3"


def test_a_list_that_says_dataset_and_target_begins_with_the_estimator(
    app: Flask, member: User
) -> None:
    dataset = make_dataset(member, name="telco.csv")
    made = make_job(member, dataset, target="churned", name="telco → churned: random forest")
    given = make_job(member, dataset, target="churned", name="pears: random forest")
    assert names_in_list([made, given]) == {
        made.id: "random forest", given.id: "pears: random forest"
    }  # fmt: skip
