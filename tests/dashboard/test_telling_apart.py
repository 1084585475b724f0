"""Names in little room show what differs among those that are shown."""

from dashboard.telling_apart import tell_apart

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


def test_targets_stay_where_they_differ() -> None:
    names = [f"telco → {target}: gradient boosting of many trees" for target in ("city", "churn")]
    shown = tell_apart(names, 30)
    assert shown[0].startswith("telco → city")
    assert shown[1].startswith("telco → churn")


def test_short_names_and_single_ones_stay() -> None:
    assert tell_apart(["a, b 1", "a, b 2"], 10) == ["a, b 1", "a, b 2"]
    assert tell_apart(["x" * 60], 21) == [f"{'x' * 10}…{'x' * 10}"]
    assert tell_apart([], 10) == []
    assert tell_apart(["same name of many letters"] * 2, 12) == ["same…ters"] * 2


def test_a_comma_in_brackets_is_within_a_setting() -> None:
    names = [f"{START}, hidden_layer_sizes ({size}, 10), activation relu" for size in (5, 50)]
    assert tell_apart(names, 44) == [
        "hidden_layer_sizes (5, 10)…", "hidden_layer_sizes (50, 10)…"
    ]  # fmt: skip


def test_many_settings_that_differ_are_cut_at_their_end() -> None:
    names = [f"{START}, alpha 0.00{n}, beta 0.1{n}, gamma 2{n}, delta 3{n}" for n in range(5)]
    for one in tell_apart(names, 30):
        assert one.startswith("alpha 0.00")
        assert one.endswith("…")
        assert len(one) <= 30
