"""What a column is, decided from all of its cells."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tasks.engine.table import coercion
from tests.engine.reading.conftest import Reader

ProfileOf = Callable[..., tuple[dict[str, Any], list[Any]]]
WORDS = "the quick brown fox jumps over a lazy dog while seven wizards box with quiet jackals"


def numbered(n: int, form: str = "{}") -> list[str]:
    return [form.format(i * 7 % 1000) for i in range(n)]


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["1", "2", "2.5", "NA", ""], "number"),
        (["1e3", "-5", "+.5", "1"], "number"),
        (["1", "0", "1", ""], "boolean"),
        (["Yes", "No", "yes"], "boolean"),
        (["Yes", "No", "?", "No"], "boolean"),
        (["True", "False"], "boolean"),
        (["t", "f"], "boolean"),
        (["ja", "nein", ""], "boolean"),
        (["JA", "Nein", "nein"], "boolean"),
        (["Oui", "Non"], "boolean"),
        (["да", "нет"], "boolean"),
        (["ja", "no"], "category"),
        ([f"{i:08x}-1fa4-4b{i:02x}-a0{i:02x}-{i:012x}" for i in range(60)], "identifier"),
        (["1", "2", "1"], "number"),
        (["red", "green", "red"], "category"),
        (["5", "5", "5"], "constant"),
        (["", "NA", "?"], "constant"),
        (["5", "5", ""], "category"),
        (["Y", "", "Y", ""], "category"),
        (["01234", "98765", "00501"], "category"),
        (["1234567890123456", "1234567890123457"], "category"),
        (["123456789012345", "123456789012346"], "number"),
        (["$1,050", "$900", "$2,000"], "number"),
        (["12%", "15%"], "number"),
        ([" ".join(WORDS.split()[i % 9 : i % 9 + 5] + [str(i)]) for i in range(30)], "text"),
        ([f"K{i:06}" for i in range(30)], "identifier"),
        ([f"Büro{i:06}" for i in range(30)], "identifier"),
        ([f"{i:08x}-{i:04x}" for i in range(10**7, 10**7 + 30)], "identifier"),
        ([f"K{i:06}" for i in range(10)], "category"),
        ([f"K{i % 10:06}" for i in range(30)], "category"),
        ([f"{i}.{i % 10}%" for i in range(10, 40)], "number"),
        ([f"20{i // 12:02}/{i // 12 + 1:02}" for i in range(0, 360, 12)], "category"),
    ],
)
def test_kind_of_a_column(profile_of: ProfileOf, cells: list[str], kind: str) -> None:
    assert profile_of(cells)[0]["kind"] == kind


@pytest.mark.parametrize("name", ["id", "ID", "user_id", "customerID", "PassengerId",
                                  "userid", "row", "index", "Unnamed: 0", "No.", "#", "house_no",
                                  "Kundennummer", "Lfd. Nr.", "order number",
                                  "order key", "sample.id"])  # fmt: skip
def test_whole_numbers_with_the_name_of_an_id_identify(profile_of: ProfileOf, name: str) -> None:
    profile, problems = profile_of(numbered(30), name)
    assert profile["kind"] == "identifier"
    assert [problem.code for problem in problems] == ["IDENTIFIER"]


@pytest.mark.parametrize("name", ["paid", "humid", "grid", "bid", "HUMID", "liquid", "price_index",
                                  "monkey", "amount", "casino", "number of rooms"])  # fmt: skip
def test_names_that_only_end_like_an_id_are_numbers(profile_of: ProfileOf, name: str) -> None:
    assert profile_of(numbered(30), name)[0]["kind"] == "number"


def test_words_for_yes_and_no_in_several_ways_are_told(profile_of: ProfileOf) -> None:
    profile, (problem,) = profile_of(["JA", "Nein", "nein"])
    assert (profile["kind"], problem.code) == ("boolean", "BOOLEAN_MIXED")
    assert '"JA", "Nein", "nein"' in problem.message


def test_ids_that_pandas_wrote_beside_missing_ones_identify(profile_of: ProfileOf) -> None:
    assert profile_of([*(f"{n}.0" for n in numbered(30)), ""], "customer_id")[0]["kind"] == (
        "identifier"
    )


def test_id_that_repeats_tells_groups_not_rows(profile_of: ProfileOf) -> None:
    assert profile_of([str(i // 2) for i in range(40)], "patient_id")[0]["kind"] == "number"


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        ([str(i) for i in range(30)], "identifier"),
        ([str(i) for i in range(1, 31)], "identifier"),
        ([str(i) for i in range(1990, 2020)], "number"),
        ([str(i) for i in reversed(range(30))], "number"),
        ([str(i) for i in range(10)], "number"),
        ([*map(str, range(30)), "", "30"], "number"),
    ],
)
def test_only_counting_from_the_first_row_numbers_rows(
    profile_of: ProfileOf, cells: list[str], kind: str
) -> None:
    assert profile_of(cells, "column_2")[0]["kind"] == kind


@pytest.mark.parametrize(
    ("name", "is_first", "kind"),
    [
        ("points", True, "identifier"),
        ("points", False, "number"),
        ("rank", True, "number"),
        ("rank", False, "number"),
        ("year", True, "number"),
        ("age", False, "number"),
        ("Week", True, "number"),
        ("column_2", False, "identifier"),
        ("nr", False, "identifier"),
    ],
)
def test_rows_are_numbered_by_the_first_column_or_one_without_a_name(
    reader: Reader, name: str, is_first: bool, kind: str
) -> None:
    rows = [(f"{i},w" if is_first else f"w,{i}") for i in range(1, 41)]
    names = f"{name},other" if is_first else f"other,{name}"
    result = reader.profile("\n".join([names, *rows]) + "\n", header=True)
    column = next(column for column in result.columns if column["name"] == name)
    assert column["kind"] == kind


@pytest.mark.parametrize("name", ["income", "height", "x"])
def test_measured_numbers_that_all_differ_are_no_identifiers(
    profile_of: ProfileOf, name: str
) -> None:
    assert profile_of([str(i * 37 % 1009) for i in range(40)], name)[0]["kind"] == "number"
    assert profile_of([f"{i * 37 % 1009}.5" for i in range(40)], name)[0]["kind"] == "number"


def test_numbers_with_some_texts_are_told_with_count_and_line(profile_of: ProfileOf) -> None:
    cells = [f"{i}.5" for i in range(100, 140)]
    cells[7] = cells[20] = "unknown"
    profile, (problem,) = profile_of(cells)
    assert profile["kind"] == "category"
    assert (problem.code, problem.count, problem.line) == ("MIXED_TYPES", 2, 9)
    assert '2 of 40 cells are text. First: line 9, "unknown"' in problem.message


def test_one_text_among_different_numbers_makes_no_identifier(profile_of: ProfileOf) -> None:
    profile, problems = profile_of([*numbered(40, "1{:03}"), "none"])
    assert profile["kind"] == "category"
    assert [problem.code for problem in problems] == ["MIXED_TYPES"]


@pytest.mark.parametrize(
    "cells",
    [["1,234", "12,345"], ["$1,050", "900"], ["$5", "€6"], ["12%", "1.5"], ["1.234 €", "9 $"]],
)
def test_numbers_with_signs_that_can_be_meant_otherwise_stay_text_and_are_told(
    profile_of: ProfileOf, cells: list[str]
) -> None:
    profile, problems = profile_of(cells * 5)
    assert profile["kind"] == "category"
    assert profile["question"]["of"] == profile["question"]["become"] > 0
    (problem,) = problems
    assert problem.code in {"NUMBER_AMBIGUOUS", "NUMBER_SYMBOLS", "MIXED_TYPES"}


def test_leading_zeros_stay_text_and_are_told(profile_of: ProfileOf) -> None:
    profile, problems = profile_of(["01234", "98765", "98765"])
    assert profile["kind"] == "category"
    assert [problem.code for problem in problems] == ["NUMBER_CODES"]


@pytest.mark.parametrize(
    ("cells", "decimal"),
    [
        (["1.5", "2"], "."),
        (["1,5", "2"], ","),
        (["0,123", "1,234"], ","),
        (["1,234", "1,23"], ","),
    ],
)
def test_decimal_sign_is_found_column_by_column(
    profile_of: ProfileOf, cells: list[str], decimal: str
) -> None:
    profile, problems = profile_of(cells)
    assert (profile["kind"], profile["decimal"]) == ("number", decimal)
    assert not problems


@pytest.mark.parametrize(
    ("cells", "date_format"),
    [
        (["2026-01-05", "2025-12-31"], "%Y-%m-%d"),
        (["2026-01-05 10:00:00", "2025-12-31 23:59:59"], "%Y-%m-%d %H:%M:%S"),
        (["2026-01-05T10:00:00Z", "2025-12-31T23:59:59.5Z"], "ISO8601"),
        (["20141013T000000", "20150225T000000"], "ISO8601"),
        (["31.12.2025", "01.02.2026"], "%d.%m.%Y"),
        (["13/01/2026", "01/02/2026"], "%d/%m/%Y"),
        (["01/13/2026", "01/02/2026"], "%m/%d/%Y"),
        (["1/13/26", "1/2/26"], "%m/%d/%y"),
        (["01/13/2026 1:05 PM", "01/02/2026 11:00 AM"], "%m/%d/%Y %I:%M %p"),
        (["5 Jan 2026", "31 Dec 2025"], "%d %b %Y"),
        (["January 5, 2026", "December 31, 2025"], "%B %d, %Y"),
        (["1949-01", "1949-02"], "%Y-%m"),
        (["01/1949", "12/1949"], "%m/%Y"),
    ],
)
def test_date_format_is_found(profile_of: ProfileOf, cells: list[str], date_format: str) -> None:
    profile, problems = profile_of([*cells, "", "NA"])
    assert (profile["kind"], profile["format"]) == ("date", date_format)
    assert not problems


@pytest.mark.parametrize(
    "cells",
    [["01/02/2026", "03/04/2026"], ["01-02-2026", "03-04-2026"], ["1/2/26", "3/4/26"],
     ["01/02/2026 10:00", "03/04/2026 11:00"]],
)  # fmt: skip
def test_dates_that_can_be_read_both_ways_stay_text(
    profile_of: ProfileOf, cells: list[str]
) -> None:
    profile, problems = profile_of(cells)
    assert profile["kind"] == "category"
    assert [problem.code for problem in problems] == ["DATE_AMBIGUOUS"]


@pytest.mark.parametrize(
    "cells",
    [["2026-02-30", "2026-01-01"], ["2026-13-01"] * 2 + ["2026-01-01"], ["12:30", "13:45"]],
)
def test_what_is_no_date_is_none(profile_of: ProfileOf, cells: list[str]) -> None:
    assert profile_of(cells)[0]["kind"] == "category"


def test_a_number_column_is_one_whose_cells_all_coerce(profile_of: ProfileOf) -> None:
    for cells in (["1", "2.5", "x"], ["1", "2.5", "1e999"], ["1", "2.5", "1_0"], ["1", "٢"]):
        profile, _problems = profile_of(cells)
        parsed = coercion.numbers(coercion.clean(np.array(cells, dtype=object)))
        assert (profile["kind"] == "number") is bool(np.isfinite(parsed).all())
