"""The columns tab of a dataset."""

from pathlib import Path

import pytest
from flask import Flask

from dashboard.db import User
from tests.dashboard.datasets.profiled import make_read_dataset
from tests.engine.tables import mixed_csv
from tests.page import PageClient, words_of


@pytest.fixture
def pages(app: Flask, member: User) -> PageClient:
    return PageClient(app, member)


def test_header_counts_equal_the_file(pages: PageClient, member: User, tmp_path: Path) -> None:
    """DS-1."""
    dataset = make_read_dataset(member, mixed_csv(130), tmp_path)
    page = pages.get(f"/datasets/{dataset.id}")
    tabs = [words_of(tab) for tab in page.select("nav.tabs a")]
    assert tabs[0] == "Columns 10"
    assert tabs[1] == "Rows 130"
    assert len(page.select(".columns-table tbody tr")) == 10
    assert words_of(page.find(".pager")).startswith("1–10 of 10 columns")
