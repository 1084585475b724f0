"""Bars of a column, in words and drawn: spans of whole numbers, the rest, classes of a target."""

import re

from dashboard.datasets.look.distributions import column_figure, distribution_of
from dashboard.datasets.look.relation_views import (
    RelationView,
    find_places,
    key_of,
    view_relations,
)
from dashboard.db import Relation
from dashboard.figures import COLOURS
from dashboard.jobs.page.class_order import in_class_order

CITY = {"name": "city", "kind": "category", "distinct": 5}
FEW = {"labels": ["Oslo", "Rome", "3 others"], "counts": [5, 4, 6]}


def test_whole_numbers_are_named_by_those_in_the_bin() -> None:
    column = {"name": "n", "kind": "number", "min": 0, "max": 4}
    chart = {"edges": [-0.5, 1.5, 3.5, 5.5], "counts": [2, 2, 1], "whole": True}
    bars = distribution_of(column, chart)
    assert bars.labels == ["0 to 1", "2 to 3", "4"]
    assert bars.places == [0.5, 2.5, 4.5]
    assert bars.text == "0 to 4: 2, 2, 1"
    assert column_figure(column, {"histogram": chart})["table"]["rows"][2][:2] == ["4", "4"]


def test_days_end_the_day_before_the_next_bin() -> None:
    column = {"name": "d", "kind": "date", "min": "2026-01-01", "max": "2026-01-03"}
    edges = ["2026-01-01", "2026-01-03", "2026-01-05"]
    bars = distribution_of(column, {"edges": edges, "counts": [2, 1], "whole": True})
    assert bars.labels == ["2026-01-01 to 2026-01-02", "2026-01-03"]


def test_charts_that_were_stored_before_are_shown_as_they_were() -> None:
    column = {"name": "n", "kind": "number", "min": 0, "max": 13}
    bars = distribution_of(column, {"edges": [0, 6.5, 13], "counts": [7, 7]})
    assert bars.labels == ["0 to 6.5", "6.5 to 13"]
    assert bars.places == [3.25, 9.75]


def test_the_bar_of_all_others_is_told_from_a_value() -> None:
    bars = distribution_of(CITY, FEW)
    assert bars.text == "Oslo: 5, Rome: 4, all 3 others together: 6"
    assert (bars.path.count("M"), bars.rest_path.count("M")) == (2, 1)
    marker = column_figure(CITY, {"histogram": FEW})["traces"][0]["marker"]
    assert marker == {"color": ["c1", "c1", "faint"], "pattern": {"shape": ["", "", "/"]}}


def test_a_value_that_is_called_like_it_is_a_value() -> None:
    bars = distribution_of(CITY | {"distinct": 3}, FEW)
    assert bars.text == "Oslo: 5, Rome: 4, 3 others: 6"
    assert (bars.path.count("M"), bars.rest_path) == (3, "")


def test_long_values_that_begin_alike_differ_in_their_labels() -> None:
    names = [f"{'customer lifetime value of the year ' * 3}{year}" for year in (2024, 2025)]
    bars = distribution_of(CITY | {"distinct": 2}, {"labels": names, "counts": [5, 4]})
    assert [label[-4:] for label in bars.labels] == ["2024", "2025"]
    assert max(map(len, bars.labels)) <= 61


def related(classes: list[str], shares: list[list[float]]) -> Relation:
    chart = {"edges": [0, 1, 2, 3][: len(shares) + 1], "counts": [5] * len(shares),
             "shares": shares}  # fmt: skip
    column = {"name": "x", "strength": 0.5, "measure": "AUC", "chart": chart}
    answer = {"target": "kind", "classes": classes, "columns": [column]}
    return Relation(target="kind", state="ready", answer=answer)


def test_each_of_three_classes_has_its_colour_and_its_share_in_words() -> None:
    relation = related(["a", "b", "c"], [[0.5, 0.25, 0.25], [0, 0.9, 0.1]])
    view = view_relations(relation, {"x"})["x"]
    assert view.text == "Share of a, b and c. 0 to under 1: 50% 25% 25%, 1 to 2: 0% 90% 10%"
    assert view.path == ""
    assert [colour for _, colour in view.layers] == ["c1", "c2", "c3"]
    assert [path.count("M") for path, _ in view.layers] == [1, 2, 2]
    key = key_of(relation)
    assert key.classes == [("a", "c1"), ("b", "c2"), ("c", "c3")]
    assert "colours show how the rows there are shared among the classes of kind" in key.words


def test_classes_have_the_colours_that_they_have_in_figures_of_jobs() -> None:
    relation = related(["10", "9", "2"], [[0.5, 0.3, 0.2], [0, 0.9, 0.1]])
    labels = [
        "2",
        "9",
        "10",
    ]  # by number; the relation has the most first
    results = {"confusion": {"labels": labels}}
    of_job = in_class_order(results, [{"class": name} for name in ("10", "2", "9")])
    assert [(one["class"], COLOURS[one["place"]]) for one in of_job] == key_of(relation).classes
    view = view_relations(relation, {"x"})["x"]
    assert view.text == "Share of 2, 9 and 10. 0 to under 1: 20% 30% 50%, 1 to 2: 10% 90% 0%"
    named = key_of(related(["b", "c", "a"], [[0.5, 0.3, 0.2]]))
    assert named.classes == [("a", "c1"), ("b", "c2"), ("c", "c3")]


def test_identifiers_have_no_bars_and_no_place() -> None:
    relation = related(["a", "b"], [[0.5, 0.5]])
    columns = [{"name": "id", "strength": 0.9, "measure": "AUC"}, *relation.answer["columns"]]
    relation.answer = relation.answer | {"columns": columns}
    profile = [{"name": "id", "kind": "identifier"}, {"name": "x", "kind": "number"}]
    found = view_relations(relation, {"id", "x"}, profile)
    assert [(name, view.place) for name, view in found.items()] == [("x", 1)]
    assert find_places(relation, profile) == {"x": 1}


def test_classes_that_have_no_share_are_one() -> None:
    relation = related(list("abcdef"), [[0.2, 0.1, 0.1, 0.1, 0.1, 0.1]])
    assert key_of(relation).classes[-1] == ("all other classes", "faint")
    view = view_relations(relation, {"x"})["x"]
    assert view.text.endswith("and all other classes. 0 to 1: 20% 10% 10% 10% 10% 10% 30%")
    assert "all other" not in str(key_of(related(list("abcdef"), [[0.5] + [0.1] * 5])).classes)


def test_two_classes_are_one_share_and_its_class_is_named() -> None:
    relation = related(["yes", "no"], [[0.25, 0.75]])
    assert view_relations(relation, {"x"})["x"].text == "Share of yes. 0 to 1: 0.25"
    assert key_of(relation).words.endswith("its height is the share of rows there that are yes.")
    assert key_of(relation).classes == ()
    # The positive one, as in figures of jobs, also where the other is more frequent.
    often_no = related(["no", "yes"], [[0.25, 0.75]])
    assert view_relations(often_no, {"x"})["x"].text == "Share of yes. 0 to 1: 0.75"


def test_whole_numbers_that_look_alike_in_short_are_told_apart() -> None:
    column = {"name": "n", "kind": "number", "min": 10**9, "max": 10**9 + 3}
    chart = {"edges": [10**9 - 0.5, 10**9 + 1.5, 10**9 + 3.5], "counts": [2, 2], "whole": True}
    bars = distribution_of(column, chart)
    assert bars.labels == ["1,000,000,000 to 1,000,000,001", "1,000,000,002 to 1,000,000,003"]


def test_last_day_of_all_is_named() -> None:
    column = {"name": "d", "kind": "date", "min": "9999-12-28", "max": "9999-12-31"}
    edges = ["9999-12-28", "9999-12-30", "9999-12-31"]
    bars = distribution_of(column, {"edges": edges, "counts": [2, 2], "whole": True})
    assert bars.labels == ["9999-12-28 to 9999-12-29", "9999-12-30 to 9999-12-31"]


def test_one_value_is_said_once() -> None:
    column = {"name": "n", "kind": "number", "min": 5, "max": 5}
    chart = {"edges": [4.5, 5.5], "counts": [4], "whole": True}
    assert distribution_of(column, chart).text == "5: 4"


def view_of(chart: dict) -> RelationView:
    column = {"name": "x", "strength": 0.5, "measure": "R2", "chart": chart}
    relation = Relation(target="y", state="ready", answer={"target": "y", "columns": [column]})
    return view_relations(relation, {"x"})["x"]


def test_bars_say_which_rows_are_in_them_and_none_is_of_no_rows() -> None:
    chart = {"edges": [0, 0, 5, 10, 20, 20], "counts": [0, 9, 8, 0, 7],
             "values": [None, 3755.22, 3700, None, 3516.4]}  # fmt: skip
    view = view_of(chart)
    words = "0 to under 5: 3,755.22, 5 to under 10: 3,700, 20: 3,516.40"
    assert view.text == f"Mean of y. {words}"
    assert view.path.count("M") == 3
    view = view_of({"labels": [0, 2.5, 1000], "counts": [2, 2, 2], "values": [7, 8, 9]})
    assert view.text == "Mean of y. 0: 7, 2.5: 8, 1,000: 9"
    days = ["2026-01-01", "2026-02-01", "2026-03-01"]
    view = view_of({"edges": days, "counts": [2, 2], "values": [7, 8]})
    words = "2026-01-01 to under 2026-02-01: 7, 2026-02-01 to 2026-03-01: 8"
    assert view.text == f"Mean of y. {words}"


def test_means_below_0_have_a_bar_each() -> None:
    chart = {"edges": [0, 1, 2, 3], "counts": [5] * 3, "values": [-30, -10, 4]}
    column = {"name": "x", "strength": 0.5, "measure": "R2", "chart": chart}
    relation = Relation(target="y", state="ready", answer={"target": "y", "columns": [column]})
    heights = re.findall(r"v-([\d.]+)", view_relations(relation, {"x"})["x"].path)
    assert [float(height) for height in heights] == [1.0, 16.5, 28.0]
    assert "0 or less, bars begin at the lowest one" in key_of(relation).words


def test_six_classes_are_known_without_looking_at_thousands_of_columns() -> None:
    relation = related(list("abcdef"), [[0.5] + [0.1] * 5])
    read = []

    class Chart(dict[str, object]):
        def get(self, *of: object) -> object:  # type: ignore[override]
            read.append(of)
            return super().get(*of)  # type: ignore[call-overload]

    columns = [{"chart": Chart(relation.answer["columns"][0]["chart"])} for _ in range(20_000)]
    relation.answer = {**relation.answer, "columns": columns}
    assert len(key_of(relation).classes) == 6
    assert 0 < len(read) < 1_000
