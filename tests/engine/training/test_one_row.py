"""What is told of rows has the words for one row where it is one, and no share of 0.0%."""

from pathlib import Path

import pytest

from tasks.engine.training import train
from tests.engine.tables import make_spec


@pytest.mark.parametrize(
    ("rows", "absent", "words"),
    [
        (1_200, 1, "1 row has no target value. It was left out (under 0.1%)"),
        (1_000, 1, "1 row has no target value. It was left out (0.1%)"),
        (3_000, 2, "2 rows have no target value. They were left out (under 0.1%)"),
    ],
)
def test_a_share_is_never_none(tmp_path: Path, rows: int, absent: int, words: str) -> None:
    text = "x,y\n" + "".join(f"{n % 9},{'' if n < absent else 'ab'[n % 2]}\n" for n in range(rows))
    spec, columns = make_spec(tmp_path, "y", "classification", "GaussianNB", text)
    (told,) = [w for w in train(spec, columns).warnings if w["code"] == "TARGET_MISSING"]
    assert told["message"] == words


@pytest.mark.parametrize(
    ("split", "code", "words"),
    [
        ({"scheme": "group", "group_column": "shop"}, "GROUP_MISSING",
         '1 row has no "shop". It was kept as a group of its own'),
        ({"scheme": "time", "time_column": "day"}, "TIME_MISSING",
         '1 row has no readable "day". It was sorted last, as if it were the newest'),
    ],
)  # fmt: skip
def test_one_row_without_a_group_or_a_time(
    tmp_path: Path, split: dict[str, str], code: str, words: str
) -> None:
    text = "shop,day,x,y\n" + "".join(
        f"{f's{n % 6}' if n else ''},{f'2024-01-{n % 28 + 1:02d}' if n else ''},{n % 7}.5,{n}.25\n"
        for n in range(60)
    )
    spec, columns = make_spec(tmp_path, "y", "regression", "Ridge", text, split=split)
    warnings = {w["code"]: w["message"] for w in train(spec, columns).warnings}
    assert warnings[code] == words
