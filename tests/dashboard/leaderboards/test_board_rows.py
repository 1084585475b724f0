"""What a row of a leaderboard tells and offers beside the score."""

import pytest
from flask import Flask

from dashboard.db import User
from tests.factories import make_dataset, make_succeeded_job
from tests.page import PageClient, words_of


def test_how_long_predicting_takes_and_the_way_to_a_new_job(
    app: Flask, member: User, viewer: User
) -> None:
    dataset = make_dataset(member)
    for n, seconds in enumerate((0.0123, 0.24, 3.21, None)):
        details = {} if seconds is None else {"predict_s_per_1000": seconds}
        make_succeeded_job(dataset=dataset, score=0.9 - n / 10, name=f"j{n}", details=details)
    url = f"/leaderboards/{dataset.id}/churned"
    page = PageClient(app, member).get(url)
    heads = [words_of(th) for th in page.select(".board-table thead th")]
    at = heads.index("Predict 1,000 rows")
    rows = [row.find_all("td") for row in page.select(".board-table tr[data-job-id]")]
    assert [words_of(cells[at]) for cells in rows] == ["12 ms", "240 ms", "3.2 s", "– no value"]
    links = [str(a["href"]) for a in page.select('a[aria-label^="Duplicate and edit"]')]
    jobs = [str(row["data-job-id"]) for row in page.select("tr[data-job-id]")]
    assert links == [f"/jobs/new?from={job_id}" for job_id in jobs]
    head, *lines = (
        PageClient(app, member)
        .http.get(f"/leaderboards/board.csv?dataset_id={dataset.id}&target=churned")
        .text.splitlines()
    )
    assert lines[0].split(",")[head.split(",").index("predict_seconds_per_1000")] == "0.0123"
    seen = PageClient(app, viewer).get(url)  # may make no job
    assert not seen.select('a[aria-label^="Duplicate and edit"]')
    widths = {len(row.find_all(["td", "th"])) for row in seen.select(".board-table tr")}
    assert len(widths) == 1


@pytest.mark.parametrize(("better", "rises"), [("roc_auc", True), ("log_loss", False)])
def test_the_steps_of_the_best_score_are_named(
    app: Flask, member: User, better: str, rises: bool
) -> None:
    dataset = make_dataset(member)
    for n in range(3):
        metrics = {"roc_auc": {"mean": 0.7 + n / 10}, "log_loss": {"mean": 0.7 - n / 10}}
        make_succeeded_job(dataset=dataset, score=0.7 + n / 10, name=f"<j{n}>", metrics=metrics)
    address = f"/leaderboards/best-so-far.json?dataset_id={dataset.id}&target=churned"
    found = PageClient(app, member).http.get(f"{address}&metric={better}").get_json()
    (trace,) = found["traces"]
    assert trace["meta"] == {"named": ["<j0>", "<j1>", "<j2>"], "rises": rises}


def test_a_board_on_which_no_fold_was_large_enough_has_no_column_of_prediction_times(
    app: Flask, member: User
) -> None:
    dataset = make_dataset(member)
    make_succeeded_job(dataset=dataset, score=0.9)
    page = PageClient(app, member).get(f"/leaderboards/{dataset.id}/churned")
    heads = [words_of(th) for th in page.select(".board-table thead th")]
    assert "Fit time of folds" in heads
    assert "Predict 1,000 rows" not in heads
    assert len({len(row.find_all(["td", "th"])) for row in page.select(".board-table tr")}) == 1
