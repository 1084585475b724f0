"""How the columns of a dataset go together, on a page of its own."""

from pathlib import Path

from flask import Flask

from dashboard.db import User
from tests.dashboard.datasets.profiled import make_read_dataset
from tests.engine.tables import mixed_csv
from tests.factories import make_dataset
from tests.page import PageClient, words_of


def test_pairs_are_in_words_and_every_value_is_in_the_table(
    app: Flask, member: User, tmp_path: Path
) -> None:
    values = [[1, -0.93, 0.1], [-0.93, 1, None], [0.1, None, 1]]
    given = {"columns": ["age", "income", "y_number"], "values": values}
    summary = {"rows": 130, "sampled_rows": 100, "correlations": given}
    dataset = make_read_dataset(member, mixed_csv(130), tmp_path, summary=summary)
    page = PageClient(app, member).get(f"/datasets/{dataset.id}/correlations?column=y_number")
    pairs = [words_of(li) for li in page.select(".pair-list li")]
    assert pairs == [
        "age and income : −0.93 , very strong; one falls while the other rises",
        "age and y_number : 0.10 , hardly any",
    ]
    assert words_of(page.find(".pair-list .marked")).startswith("age and y_number")
    cells = [words_of(cell) for cell in page.select(".heat-map tbody td")]
    assert cells[:3] == ["1.00", "−0.93", "0.10"]
    assert cells[5] == "– no value"
    assert page.select(".heat-map tbody td")[1]["data-level"] == "-5"
    assert "from 100 rows" in page.text
    assert "Pearson's correlation: 1 where two columns rise together" in page.text
    assert "are compared" not in page.text
    given["columns"], given["values"] = ["age", "income"], [[1, -0.93], [-0.93, 1]]
    dataset = make_read_dataset(member, mixed_csv(130), tmp_path, summary=summary)
    page = PageClient(app, member).get(f"/datasets/{dataset.id}/correlations")
    assert "Only the first 2 of 3 columns of numbers are compared" in page.text


def test_without_a_profile_file_it_says_so(app: Flask, member: User) -> None:
    dataset = make_dataset(member)
    page = PageClient(app, member).get(f"/datasets/{dataset.id}/correlations")
    assert "No correlations are known" in page.text
