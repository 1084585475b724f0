"""Predicting in the browser, on the running product: the checks PR-1 to PR-5 of the design."""

import csv
import re
from pathlib import Path

from playwright.sync_api import Page, expect

TARGET = "y_class"


def predict_in_the_browser(page: Page, model: str, source: Path, folder: Path) -> None:
    """Ask a model about a file and about single rows, by its pages.

    Parameters
    ----------
    page : Page
        Signed in.
    model : str
        The address of the model's page.
    source : Path
        The table that the model was trained on.
    folder : Path
        Where what is downloaded may lie.
    """
    rows = _read(source)
    predicted = _predict_file(page, model, source, folder / "predicted.csv")
    # PR-4: the same rows in the same order, with their own columns.
    assert len(predicted) == len(rows)
    for row, answer in zip(rows, predicted, strict=True):
        assert row == {name: answer[name] for name in row}
    _predict_row(page, model, rows[0], predicted[0])
    _predict_odd_rows(page, model, rows[0])
    _predict_another_file(page, model, rows, folder)


def _predict_file(page: Page, model: str, source: Path, target: Path) -> list[dict[str, str]]:
    _look_at(page, model, source)
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
    return _read(target)


def _look_at(page: Page, model: str, source: Path) -> None:
    """Send a file, and wait until its columns were looked at."""
    page.goto(f"{model}/predict/file")
    page.get_by_label("CSV file").set_input_files(source)
    page.get_by_role("button", name="Look at its columns").click()
    expect(page.get_by_role("table", name="Columns that the model needs")).to_be_visible(
        timeout=60_000
    )


def _fill(page: Page, row: dict[str, str]) -> None:
    """Type a row; PR-5: the fields are labelled as the columns are called."""
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


def _predict_row(page: Page, model: str, row: dict[str, str], answer: dict[str, str]) -> None:
    """PR-1: the answer about one row is the model's own; PR-5: Enter sends the form."""
    page.goto(f"{model}/predict")
    _fill(page, row)
    page.locator("form.stack input").first.press("Enter")
    words = page.locator("#answer .answer strong")
    expect(words).to_contain_text(answer["prediction"], timeout=60_000)
    share = 100 * float(answer[f"probability_{answer['prediction']}"])
    told = re.search(r"([\d.]+)%", words.inner_text())
    assert told is not None
    assert abs(float(told[1]) - share) <= 0.5


def _predict_odd_rows(page: Page, model: str, row: dict[str, str]) -> None:
    """PR-2 and what lies outside of training: a warning, and an answer all the same."""
    page.goto(f"{model}/predict?fill=typical")
    number = page.locator("form.stack input[inputmode=decimal]").first
    name = page.locator(f"label[for={number.get_attribute('id')}]").inner_text()
    number.fill("1e9")
    page.get_by_role("button", name="Predict", exact=True).click()
    warning = page.locator("#answer .warning-line")
    expect(warning.first).to_contain_text(f"{name} ", timeout=60_000)
    expect(warning.first).to_contain_text("is outside")
    expect(page.get_by_role("table", name="Earlier tries")).to_contain_text(name)
    number.fill("many")
    page.get_by_role("button", name="Predict", exact=True).click()
    expect(page.locator(".error-summary")).to_contain_text(f"{name} must be a number")
    expect(number).to_have_value("many")


def _predict_another_file(
    page: Page, model: str, rows: list[dict[str, str]], folder: Path
) -> None:
    """PR-2: an unseen category is told; PR-3: a missing column is named, a further one ignored."""
    category = "city"
    unseen = folder / "unseen.csv"
    _write(unseen, [{**row, category: "never seen", "extra": "1"} for row in rows])
    _look_at(page, model, unseen)
    told = page.get_by_text(f'"{category}" were not seen in training, such as "never seen"')
    looked = page.get_by_role("table", name="Columns that the model needs")
    expect(looked).to_contain_text('cells that training never saw, such as "never seen"')
    expect(page.get_by_text("They stay in the table and are not used:")).to_contain_text("extra")
    page.get_by_role("button", name=re.compile("^Predict .* rows$")).click()
    expect(told).to_be_visible(timeout=60_000)
    lacking = folder / "lacking.csv"
    _write(lacking, [{n.replace("city", "City "): v for n, v in row.items()} for row in rows])
    _look_at(page, model, lacking)
    refusal = page.locator(".notice[data-kind=error]")
    expect(refusal).to_contain_text(f"nothing can be predicted yet. {category}")
    expect(page.get_by_role("button", name=re.compile("^Predict"))).to_have_count(0)
    # Called otherwise: it is guessed, and used when a person says so.
    expect(page.get_by_label(category, exact=True)).to_have_value("City")
    page.get_by_role("button", name="Use these columns").click()
    page.get_by_role("button", name=re.compile("^Predict .* rows$")).click(timeout=60_000)
    expect(page.get_by_role("link", name="Download CSV")).to_be_visible(timeout=60_000)


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def _write(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", newline="") as out:
        writer = csv.DictWriter(out, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
