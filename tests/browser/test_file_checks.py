"""Files that are uploaded and looked at in a real browser: the checks UC-1 to UC-7 of the design.

The page takes a file and shows how it is read; the worker that reads it is this test.
"""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from dashboard.db import User
from tests.browser.conftest import Watched
from tests.uploads import read_next

pytestmark = pytest.mark.usefixtures("no_broker")

EVIL, FORMULA = "<script>alert(1)</script>", "=cmd()|' /C calc'!A0"
Look = Callable[..., Page]


@pytest.fixture
def look(tab: Watched, tmp_path: Path) -> Look:
    """Upload a file, have it read, and wait for its check page."""

    def send(content: bytes, name: str = "file.csv") -> Page:
        path = tmp_path / name
        path.write_bytes(content)
        page = tab.go("/datasets/new")
        page.set_input_files("input[type=file]", path)
        page.wait_for_url("**/uploads/*")
        return read(page)

    return send


def read(page: Page) -> Page:
    """Read the file as it is asked for now, and wait until that is shown."""
    read_next()
    expect(page.locator("#check-progress")).to_have_count(0)
    return page


def fact(page: Page, name: str) -> Locator:
    return page.locator("#how .facts dt", has_text=re.compile(f"^{name}$")).locator("+ dd")


def rows(page: Page) -> list[list[str]]:
    found: list[list[str]] = page.locator("#check-rows tbody tr").evaluate_all(
        "(all) => all.map((row) => [...row.cells].map((cell) => cell.innerText.trim()))"
    )
    return found


def test_uc_1_semicolons_and_decimal_commas_are_read_without_help(look: Look) -> None:
    page = look(b"name;price\nAnna;1,5\nBob;2,75\nCarla;10,25\n")
    expect(fact(page, "Separator")).to_have_text("Semicolon")
    expect(fact(page, "Decimal sign")).to_have_text("Comma (1,5)")
    expect(fact(page, "Rows")).to_have_text("3")
    expect(page.locator("#check-rows thead th").nth(2)).to_contain_text("Number")
    assert rows(page)[1] == ["3", "Bob", "2,75"]


def test_uc_2_letters_are_shown_as_read_and_the_encoding_is_changed_in_place(look: Look) -> None:
    page = look("name,town\nJosé,Orléans\nZoë,Besançon\nAna,Nîmes\n".encode("latin-1"))
    assert rows(page)[0] == ["2", "José", "Orléans"]
    expect(page.locator(".found")).to_contain_text("José")
    page.locator("#how summary").click()
    page.locator("#field-encoding").select_option("cp1251")
    expect(page.locator("#check-progress")).to_be_visible()
    read(page)
    expect(fact(page, "Encoding")).to_have_text("Windows-1251")
    assert rows(page)[0][1] == "Josй"
    expect(page).to_have_url(re.compile("encoding=cp1251"))
    page.reload()
    expect(fact(page, "Encoding")).to_have_text("Windows-1251")
    expect(page.locator("#field-encoding")).to_have_value("cp1251")


def test_uc_3_nothing_is_a_dataset_before_save(look: Look) -> None:
    page = look(b"a,b\n1,2\n3,4\n", "secret.csv")
    expect(page.get_by_text("Nothing is saved until you press Save")).to_be_visible()
    check, saved = page.url, page.locator("tr[data-dataset-id]")
    page.get_by_role("link", name="Datasets", exact=True).first.click()
    expect(page.locator(".waiting-list")).to_contain_text("secret.csv")  # it waits, no more
    expect(saved).to_have_count(0)
    page.goto(check)
    page.get_by_role("button", name="Save dataset").click()
    page.wait_for_url("**/datasets/*")
    page.get_by_role("link", name="Datasets", exact=True).first.click()
    expect(saved).to_have_count(1)


def test_uc_4_line_numbers_are_those_of_the_file(look: Look) -> None:
    content = b'id,note\n1,"two\nlines"\n2,plain\n3,"three\n\nlines"\n4,last\n'
    shown = {row[1]: int(row[0]) for row in rows(look(content))}
    lines = content.decode().split("\n")
    assert shown == {"1": 2, "2": 4, "3": 5, "4": 8}
    assert all(lines[line - 1].startswith(f"{name},") for name, line in shown.items())


def test_uc_5_repeated_names_are_said_with_their_columns(look: Look) -> None:
    page = look(b"name,b,age,d,e,f,g,h,age\n" + b"x,2,3,4,5,6,7,8,9\n" * 3)
    expect(page.locator("main")).to_contain_text('Two columns are called "age" (columns 3 and 9)')


def test_uc_6_what_looks_like_markup_or_a_formula_is_text(look: Look) -> None:
    page = look(f"{EVIL},{FORMULA}\n{FORMULA},{EVIL}\nx,y\n".encode(), f"{EVIL[:8]}=cmd().csv")
    assert rows(page)[0] == ["2", FORMULA, EVIL]
    expect(page.locator("#check-rows thead")).to_contain_text(EVIL)
    expect(page.get_by_text(f"{EVIL[:8]}=cmd().csv").first).to_be_visible()
    assert page.locator("main script").count() == 0


@pytest.mark.timeout(180)
def test_uc_7_a_wide_file_stays_usable(look: Look) -> None:
    names = [f"c{n}" for n in range(2000)]
    content = "\n".join([",".join(names)] + [",".join(["1"] * 1999 + [str(n)]) for n in range(30)])
    page = look(content.encode())
    region = page.locator("#check-rows .sheet")
    region.focus()
    expect(region).to_be_focused()
    expect(region).to_have_attribute("role", "region")
    page.keyboard.press("End")
    region.evaluate("(e) => { e.scrollLeft = e.scrollWidth; }")
    assert region.evaluate("(e) => e.scrollLeft") > 1000
    assert page.evaluate("document.documentElement.scrollWidth") <= 1440
    expect(page.get_by_text("Columns 1–200 of 2,000")).to_be_visible()
    box = page.get_by_label("Filter columns")
    box.fill("c1999")
    box.press("Enter")
    expect(page.locator("#check-rows thead th")).to_have_count(2)  # that of the lines, and it
    expect(page.locator("#check-rows thead th").last).to_contain_text("c1999")


# What a file lacks is known once it was read; what is known before is UP-4's first test.
LACKS = {
    "one.csv": (b"only\n1\n2\n3\n", "We found only one column"),
    "unnamed.csv": (b"a,,c\n1,2,3\n4,5,6\n", "Column 2 has no name in line 1"),
    "ragged.csv": (
        b"a,b,c\n1,2,3\n4,5,6,7\n8,9,10\n",
        "1 line has a different number of cells. First: line 3 has 4, line 1 has 3",
    ),
    "noise.csv": (bytes(range(256)) * 8, "noise.csv is not a text file"),
    "names.csv": (b"a,b,c\n", "names.csv has a header but no rows"),
}


@pytest.mark.parametrize("name", LACKS)
def test_up_4_what_a_file_lacks_is_said_in_the_summary_of_its_check_page(
    look: Look, name: str
) -> None:
    content, words = LACKS[name]
    page = look(content, name)
    expect(
        page.locator(":is(.error-summary, .found, .notice)", has_text=words).first
    ).to_be_visible()
    if page.locator(".error-summary").count():
        assert page.title().startswith("Error: Check your file")


def test_up_6_without_javascript_a_file_is_sent_checked_and_saved(
    browse: Callable[..., Watched], member: User, tmp_path: Path
) -> None:
    window = browse(java_script_enabled=False)
    window.sign_in(member)
    path = tmp_path / "prices.csv"
    path.write_bytes(b"name;price\nAnna;1,5\nBob;2,75\n")
    page = window.go("/datasets/new")
    page.set_input_files("input[type=file]", path)
    page.get_by_role("button", name="Upload", exact=True).click()
    page.wait_for_url("**/uploads/*")
    read_next()
    page.reload()
    page.locator("#how summary").click()
    page.locator("#field-decimal").select_option(".")
    page.locator(".reading-form").get_by_role(
        "button", name="Read again with these settings"
    ).click()
    read_next()
    page.reload()
    expect(fact(page, "Decimal sign")).to_have_text("Point (1.5)")
    page.get_by_role("button", name="Save dataset").click()
    page.wait_for_url("**/datasets/*")
    expect(page.get_by_role("heading", level=1)).to_contain_text("prices")
