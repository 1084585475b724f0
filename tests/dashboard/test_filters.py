"""How numbers, sizes, durations and times are shown."""

import re
from datetime import datetime, timedelta

import pytest
from flask import Flask

from dashboard import clock, filters
from dashboard.static_files import FOLDER

NONE = filters.NO_VALUE


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        (0.8456, "0.846"), (0.00004, "4.00e-05"), (-9.87e-17, "0.000"),
        (0.0, "0.000"), (-0.0, "0.000"), (-0.0004, "\N{MINUS SIGN}0.0004"),
        (-0.5, "\N{MINUS SIGN}0.500"), (12.3456, "12.35"),
        (12480.4, "12,480"), (1_240_000, "1.24 million"), (None, NONE), (float("nan"), NONE),
    ],
)  # fmt: skip
def test_score(amount: float | None, shown: str) -> None:
    assert filters.score(amount) == shown


@pytest.mark.parametrize(
    ("amount", "shown"),
    [(0.002, "+0.002"), (-0.0153, "\N{MINUS SIGN}0.015"), (0.0, "+0.000"), (None, NONE)],
)
def test_delta_has_its_sign(amount: float | None, shown: str) -> None:
    assert filters.delta(amount) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "0.0 s"), (3.14, "3.1 s"), (9.96, "10 s"), (41.4, "41 s"), (59.7, "1 min"),
        (112, "1 min 52 s"), (3600, "1 h 00 min"), (7500, "2 h 05 min"), (100_000, "1 d 3 h"),
        (-1, "0.0 s"), (None, NONE),
    ],
)  # fmt: skip
def test_duration(seconds: float | None, shown: str) -> None:
    assert filters.duration(seconds) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (None, "estimating"), (12, "less than a minute left"), (61, "about 1 min left"),
        (250, "about 5 min left"), (3600, "about 1 h left"), (9000, "about 2 h left"),
    ],
)  # fmt: skip
def test_time_left_is_a_guess_and_says_so(seconds: float | None, shown: str) -> None:
    assert filters.eta(seconds) == shown


@pytest.mark.parametrize(
    ("size_bytes", "shown"),
    [
        (0, "0 bytes"), (1, "1 byte"), (999, "999 bytes"), (1000, "1.0 KB"), (955_000, "955 KB"),
        (999_600, "1.0 MB"), (2_512_345, "2.5 MB"), (41e9, "41 GB"), (5e15, "5,000 TB"),
        (None, NONE),
    ],
)  # fmt: skip
def test_size(size_bytes: float | None, shown: str) -> None:
    assert filters.size(size_bytes) == shown


@pytest.mark.parametrize(
    ("fraction", "shown"),
    [
        (0.614, "61%"), (0.002, "0.2%"), (0.00001, "<0.1%"), (0, "0%"), (1, "100%"),
        (0.99999, "99.9%"), (0.995, "99.5%"), (None, NONE),
    ],
)  # fmt: skip
def test_percent_is_100_only_when_it_is_all(fraction: float | None, shown: str) -> None:
    assert filters.percent(fraction) == shown


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        (72, "72"), (18.25, "18.25"), (1397.476, "1,397.48"), (0.1 + 0.2, "0.3"),
        (8684.8, "8,684.80"),
        (1e12, "1.000e+12"), (0.00001, "1.000e-05"), (-3, "\N{MINUS SIGN}3"), (None, NONE),
    ],
)  # fmt: skip
def test_number(amount: float | None, shown: str) -> None:
    assert filters.number(amount) == shown


def test_a_number_with_more_digits_keeps_its_separators() -> None:
    assert filters.number(22036.4, 6) == "22,036.4"
    assert filters.number(-3159.31, 6) == "\N{MINUS SIGN}3,159.31"


def test_counts_and_their_nouns() -> None:
    assert filters.count(12480) == "12,480"
    assert filters.plural(1, "job") == "1 job"
    assert filters.plural(1284, "job") == "1,284 jobs"
    assert filters.plural(2, "entry", "entries") == "2 entries"


@pytest.mark.parametrize(
    ("name", "letters"), [("Mira Kolar", "MK"), ("jo", "JO"), ("", "?"), ("Ana Maria Lind", "AL")]
)
def test_initials(name: str, letters: str) -> None:
    assert filters.initials(name) == letters


def luminance(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_avatars_have_colours_that_letters_can_be_read_on() -> None:
    style = FOLDER / "css"
    letters = re.findall(r"--on-avatar: (#\w{6})", (style / "tokens.css").read_text())
    colours = re.findall(r"--avatar: (#\w{6})", (style / "shell.css").read_text())
    assert len(letters) == 1  # the same in the dark
    assert len(set(colours)) == len(colours) == 10
    for colour in colours:
        assert (luminance(colour) + 0.05) / (luminance(letters[0]) + 0.05) > 7
    names = ["Mira Kern", "Ana Lind", "Ben", "Jo", "Mira Kolar", "Iris", "Tom", "Zoe"]
    tones = [filters.tone(name) for name in names]
    assert set(tones) <= set(range(10))
    assert len(set(tones)) >= 5
    assert filters.tone("Ana ") == filters.tone("Ana")


@pytest.fixture
def today(monkeypatch: pytest.MonkeyPatch) -> datetime:
    """A fixed present moment."""
    moment = datetime(2026, 11, 23, 18, 42, tzinfo=clock.UTC)
    monkeypatch.setattr(clock, "now", lambda: moment)
    return moment


@pytest.mark.parametrize(
    ("past", "shown"),
    [
        (timedelta(seconds=5), "just now"), (timedelta(minutes=3), "3 min ago"),
        (timedelta(hours=23.5), "23 h ago"), (timedelta(days=2), "21 Nov, 18:42 UTC"),
        (timedelta(days=400), "19 Oct 2025, 18:42 UTC"), (timedelta(days=-1), "24 Nov, 18:42 UTC"),
    ],
)  # fmt: skip
def test_when_is_an_age_for_a_day_and_then_a_date(
    today: datetime, past: timedelta, shown: str
) -> None:
    html = filters.when(today - past)
    assert f">{shown}</time>" in html
    assert 'datetime="20' in html


def test_user_text_stays_text(app: Flask) -> None:
    template = app.jinja_env.from_string("{{ text|value }} {{ missing|value }}")
    shown = template.render(text="<b>", missing=None)
    assert shown.startswith("&lt;b&gt;")
    assert "no value" in shown


def test_address_with_changes(app: Flask) -> None:
    with app.test_request_context(
        "/_live/jobs?state=failed&page=3&q=a b&v=123&first=7&others=1,2&newest=7&tag=x&tag=y"
    ):
        assert filters.url_with(sort="-score") == (
            "/jobs?state=failed&q=a+b&tag=x&tag=y&sort=-score"
        )
        assert filters.url_with(page=4) == "/jobs?state=failed&page=4&q=a+b&tag=x&tag=y"
        assert filters.url_with(state=None, tag=None, q=None) == "/jobs"


def test_bars_are_at_least_visible_and_never_higher_than_the_picture() -> None:
    bars = filters.mini_bars([0, 1, 1000])
    assert [bar["height"] for bar in bars] == ["0.0", "1.0", "28.0"]
    assert filters.mini_bars([]) == []
    assert filters.mini_bars([0, 0])[0]["height"] == "0.0"


@pytest.mark.parametrize(
    ("amount", "shown"),
    [(1.0, "1.000"), (0.99964, "0.9996"), (0.0003, "0.0003"), (0.0, "0.000"), (0.9994, "0.999"),
     (-0.00031, "\N{MINUS SIGN}0.0003"), (0.99999999, "1.000000"), (1.0004, "1.0004")],
)  # fmt: skip
def test_a_score_that_is_not_quite_one_or_nothing_does_not_look_so(
    amount: float, shown: str
) -> None:
    assert filters.score(amount) == shown


@pytest.mark.parametrize(
    ("changes", "shown"),
    [({"scheme": "stratified"}, "5 folds, stratified"), ({"repeats": 20}, "5 folds, 20 times"),
     ({"scheme": "holdout"}, "a hold-out part of 20%"),
     ({"scheme": "group", "group_column": "shop"}, "5 folds, whole groups of shop"),
     ({"scheme": "time"}, "5 folds in the order of the file, later rows scored by earlier ones"),
     ({"scheme": "time", "time_column": "day", "gap": 7},
      "5 folds in the order of day, later rows scored by earlier ones, 7 rows apart")],
)  # fmt: skip
def test_validation_in_words(changes: dict[str, object], shown: str) -> None:
    given = {"scheme": "kfold", "folds": 5, "repeats": 1, "test_size": 0.2}
    assert filters.validation(given | changes) == shown


@pytest.mark.parametrize(
    ("amount", "ends", "shown"),
    [(1872.0, (1872.0, 2010.0), "1872"), (1950.5, (1872.0, 2010.0), "1950.5"),
     (1872.0, (0.0, 2010.0), "1,872"), (1872.5, (1872.5, 2010.0), "1,872.5"),
     (1872, (1872, 20_100), "1,872"), (1872, (None, None), "1,872")],
)  # fmt: skip
def test_years_have_no_separator(
    amount: float, ends: tuple[float | None, float | None], shown: str
) -> None:
    assert filters.of_column(amount, *ends) == shown
