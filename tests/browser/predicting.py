"""Predicting in the browser, on the running product: the checks PR-1 to PR-5 of the design."""

import csv
import re
from pathlib import Path

from playwright.sync_api import Page, expect


def predict_file(page: Page, model: str, source: Path, target: Path) -> list[dict[str, str]]:
    """Predict the rows of a file that the model was trained on, and return what comes back."""
    look_at(page, model, source)
    # The rows are those of the training data, so nothing moved.
    expect(page.get_by_text(re.compile("None of .* columns moved"))).to_have_count(2)
    page.get_by_role("button", name=re.compile("^Predict .* rows$")).click()
    link = page.get_by_role("link", name="Download with formulas as they are")
    expect(link).to_be_visible(timeout=60_000)
    expect(page.get_by_role("table", name="The first rows, predicted")).to_contain_text(
        "prediction"
    )
    with page.expect_download() as download:
        link.click()
    download.value.save_as(target)
    assert download.value.suggested_filename == "people-predicted.csv"
    return read_rows(target)


def look_at(page: Page, model: str, source: Path) -> None:
    """Send a file, and wait until its columns were looked at."""
    page.goto(f"{model}/predict/file")
    page.get_by_label("CSV file").set_input_files(source)
    page.get_by_role("button", name="Look at its columns").click()
    expect(page.get_by_role("table", name="Columns that the model needs")).to_be_visible(
        timeout=60_000
    )


def fill_row(page: Page, row: dict[str, str]) -> None:
    """Type a row; the fields are labelled as its columns are called."""
    for field in page.locator("form.stack .field").all():
        name = field.locator("label").inner_text()
        assert name in row
        control = field.locator("input, select")
        if control.evaluate("node => node.tagName") == "SELECT":
            # What counts as missing is no value of the list.
            values = control.locator("option").evaluate_all("all => all.map(one => one.value)")
            control.select_option(row[name] if row[name] in values else "")
        else:
            control.fill(row[name])


def read_rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def write_rows(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", newline="") as out:
        writer = csv.DictWriter(out, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
