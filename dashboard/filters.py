"""How numbers, sizes, durations and times are shown: the filters and globals of the templates.

Nothing here decides anything; a missing value is always the same muted dash.
"""

import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from zlib import crc32

from flask import Flask, request
from markupsafe import Markup

from dashboard import clock
from dashboard.icons import draw_icon
from dashboard.meanwhile import fingerprint
from tasks.engine.estimators.catalogue import metric_title
from tasks.engine.estimators.parameters import show_value

# What live parts alone are asked with: their version, and the rows that a list of jobs shows.
OF_LIVE_PARTS = ("v", "first", "others", "newest", "cut")
YEARS = (1500, 2200)  # whole numbers between these are most likely years
MOST_DECIMALS = 6  # of a score that is not quite 0 or 1
ROUNDING = 1e-14  # what is nearer to 0 is what rounding left of it
NO_VALUE = Markup(
    '<span class="no-value"><span aria-hidden="true">\N{EN DASH}</span>'
    '<span class="visually-hidden">no value</span></span>'
)
MINUS = "\N{MINUS SIGN}"


def init_app(app: Flask) -> None:
    """Register every filter and global; that of scores is in `preferences`."""
    for function in (
        when, moment, duration, about, eta, size, count, number, delta, percent, plural,
        initials, tone, of_column, value, metric_title, setting, validation, fingerprint,
    ):  # fmt: skip
        app.add_template_filter(function)
    app.add_template_global(draw_icon)
    app.add_template_global(url_with)
    app.add_template_global(mini_bars)
    app.jinja_env.globals["no_value"] = NO_VALUE


def value(content: Any) -> Any:
    """Return a value as it is, or the dash when there is none."""
    return NO_VALUE if content is None or content == "" else content


def setting(content: Any) -> Any:
    """Return a setting as it is typed: lists, and what is inside an estimator, as one text."""
    return value(show_value(content) if isinstance(content, dict | list | tuple) else content)


def validation(given: Mapping[str, Any]) -> str:
    """Show how rows were split: ``5 folds, stratified``, ``a hold-out part of 20%``."""
    if given.get("outer_fold"):
        return _outer(given)
    scheme, folds = given["scheme"], plural(given["folds"], "fold")
    if scheme == "holdout":
        return f"a hold-out part of {percent(given['test_size'])}"
    if scheme == "group":
        return f"{folds}, whole groups of {given['group_column']}"
    if scheme == "time":
        gap = f", {plural(given['gap'], 'row')} apart" if given.get("gap") else ""
        order = given.get("time_column") or "the file"
        return f"{folds} in the order of {order}, later rows scored by earlier ones{gap}"
    words = f"{folds}, stratified" if scheme == "stratified" else folds
    return f"{words}, {given['repeats']} times" if given.get("repeats", 1) > 1 else words


def _outer(given: Mapping[str, Any]) -> str:
    outer = {"folds": given["outer_folds"], "outer_fold": None, "repeats": 1}
    fold = f"outer fold {given['outer_fold']} of {validation({**given, **outer})}"
    if given["scores_outer"]:
        return f"the test rows of {fold}"
    return f"{validation({**given, 'outer_fold': None})}, of the training rows of {fold}"


def count(amount: float | None) -> str:
    """Show a whole number with thousands separators: ``12,480``."""
    return NO_VALUE if amount is None else f"{amount:,.0f}".replace("-", MINUS)


def plural(amount: int, word: str, words: str | None = None) -> str:
    """Show a count with its noun: ``1 job``, ``3 jobs``, ``2 entries``."""
    return f"{count(amount)} {word if amount == 1 else words or word + 's'}"


def number(amount: float | None, digits: int = 4) -> str:
    """Show any number with up to `digits` significant digits; scientific only at the extremes."""
    if amount is None or math.isnan(amount):
        return NO_VALUE
    if isinstance(amount, bool | str):
        return str(amount)
    size_of = abs(amount)
    if size_of and (size_of >= 1e9 or size_of < 1e-4):
        text = f"{amount:.{digits - 1}e}"
    elif float(amount).is_integer() or size_of >= 10 ** (digits - 1):
        text = f"{amount:,.{0 if float(amount).is_integer() else 2}f}"
    else:
        text = f"{amount:,.{digits}g}"
    return _signed(text)


def score(amount: float | None, digits: int = 3) -> str:
    """Show a score: three decimals below 10, separators above, no negative zero."""
    if amount is None or math.isnan(amount):
        return NO_VALUE
    amount = 0.0 if abs(amount) < ROUNDING else amount
    if abs(amount) >= 1e9 or 0 < abs(amount) < 1e-4:
        return _signed(f"{amount:.{3 if abs(amount) > 1 else 2}e}")
    if abs(amount) >= 1e6:
        return _signed(f"{amount / 1e6:.2f} million")
    decimals = digits if abs(amount) < 10 else (2 if abs(amount) < 1000 else 0)
    text = f"{amount:,.{decimals}f}"
    # What is not quite 1, or not quite 0, must not look as if it were.
    while abs(amount) < 1.01 and decimals < MOST_DECIMALS and float(text) in {-1, 0, 1} - {amount}:
        decimals += 1
        text = f"{amount:.{decimals}f}"
    if float(text.replace(",", "")) == 0:
        text = text.lstrip("-")
    return _signed(text)


def of_column(amount: float, low: Any, high: Any) -> str:
    """Show a number of a column that goes from `low` to `high`: years without a separator."""
    ends = [end for end in (low, high) if isinstance(end, int | float)]
    are_years = len(ends) == 2 and all(
        YEARS[0] <= end <= YEARS[1] and float(end).is_integer() for end in ends
    )
    shown = number(amount, 6)
    return shown.replace(",", "") if are_years else shown


def _signed(text: str) -> str:
    """Return a number with a minus sign in place of a hyphen."""
    return MINUS + text[1:] if text.startswith("-") else text


def delta(amount: float | None, digits: int = 3) -> str:
    """Show a difference, always with its sign."""
    text = score(amount, digits)
    if amount is None or math.isnan(amount) or text.startswith(MINUS):
        return text
    return f"+{text}"


def percent(fraction: float | None) -> str:
    """Show a fraction: ``61%``, ``0.2%``, ``<0.1%``; 100% only when it is all."""
    if fraction is None or math.isnan(fraction):
        return NO_VALUE
    share = fraction * 100
    if 0 < share < 0.1:
        return "<0.1%"
    if share < 1 and share > 0:
        return f"{share:.1f}%"
    if 99 < share < 100:
        return f"{min(share, 99.9):.1f}%".replace(".0%", "%")
    return f"{share:.0f}%"


def duration(seconds: float | None) -> str:
    """Show a span of time: ``3.1 s``, ``41 s``, ``1 min 52 s``, ``2 h 05 min``, ``3 d 4 h``."""
    if seconds is None:
        return NO_VALUE
    seconds = max(0.0, seconds)
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} h {minutes:02d} min"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h"


def about(seconds: float) -> str:
    """Show a guessed span of time: ``less than a minute``, ``about 3 min``; never seconds."""
    if seconds < 60:
        return "less than a minute"
    minutes = seconds / 60
    steps = (1, 2, 3, 5, 10, 15, 20, 30, 45)
    if minutes < 52:
        return f"about {min(steps, key=lambda step: abs(step - minutes))} min"
    return f"about {max(1, round(minutes / 60)):,} h"


def eta(seconds: float | None) -> str:
    """Show time left as a guess: ``about 1 min left``; "estimating" while nothing is known."""
    return "estimating" if seconds is None else f"{about(seconds)} left"


def size(size_bytes: float | None) -> str:
    """Show a size in powers of 1,000: ``955 KB``, ``2.5 MB``."""
    if size_bytes is None:
        return NO_VALUE
    amount = float(size_bytes)
    for unit in ("bytes", "KB", "MB", "GB", "TB"):
        if amount < 999.5 or unit == "TB":
            break
        amount /= 1000
    if unit == "bytes":
        return "1 byte" if amount == 1 else f"{amount:.0f} bytes"
    return f"{amount:.1f} {unit}" if amount < 9.95 else f"{amount:,.0f} {unit}"


def when(at: datetime | None) -> Markup:
    """Show a moment: how long ago for a day, then the date. UTC until time.js knows the zone."""
    if at is None:
        return NO_VALUE
    return _time(at, _ago(at) or _date(at))


def moment(at: datetime | None) -> Markup:
    """Show a moment as date and time, whatever its age."""
    return NO_VALUE if at is None else _time(at, _date(at), kind="moment")


def _time(at: datetime, text: str, kind: str = "when") -> Markup:
    # All of it is ours, so nothing is escaped, which took a fifth of a long list's time.
    return Markup(  # noqa: S704
        f'<time datetime="{clock.isoformat(at)}" data-time="{kind}" '
        f'title="{at:%d %B %Y, %H:%M:%S} UTC">{text}</time>'
    )


def _ago(at: datetime) -> str | None:
    seconds = (clock.now() - at).total_seconds()
    if seconds < 0 or seconds >= 86_400:
        return None
    if seconds < 45:
        return "just now"
    if seconds < 3600:
        return f"{max(1, round(seconds / 60))} min ago"
    return f"{max(1, int(seconds // 3600))} h ago"


def _date(at: datetime) -> str:
    year = "" if at.year == clock.now().year else f" {at.year}"
    return f"{at.day} {at:%b}{year}, {at:%H:%M} UTC"


def initials(name: str) -> str:
    """Return the letters of an avatar: ``Mira Kolar`` is ``MK``."""
    words = name.split() or ["?"]
    letters = words[0][0] + (words[-1][0] if len(words) > 1 else words[0][1:2])
    return letters.upper()


def tone(name: str) -> int:
    """Return which of the colours of avatars is a name's, 0 to 9; the same at any time."""
    return crc32(name.strip().encode("utf-8", "replace")) % 10


def mini_bars(
    counts: Sequence[float], width: int = 120, height: int = 28, top: float | None = None
) -> list[dict[str, str]]:
    """Return the rectangles of a mini histogram, as the attributes of SVG ``rect`` elements.

    The tallest is the greatest count, or would be a count of `top`.
    """
    step = width / max(1, len(counts))
    top = top or max([*counts, 0]) or 1
    bars = []
    for n, amount in enumerate(counts):
        tall = max(1.0, amount / top * height) if amount else 0.0
        bars.append(
            {
                "x": f"{n * step:.1f}",
                "y": f"{height - tall:.1f}",
                "width": f"{max(1.0, step - 1):.1f}",
                "height": f"{tall:.1f}",
            }
        )
    return bars


def url_with(**changes: Any) -> str:
    """Return the page's own address with parts of its query changed; None takes one away.

    A live part at ``/_live/jobs`` gets the address of its page, ``/jobs``, without what only the
    part is asked with. Any change but of the page's number goes back to the first page.
    """
    dropped = OF_LIVE_PARTS if request.path.startswith("/_live/") else ()
    query: dict[str, list[Any]] = {k: v for k, v in request.args.lists() if k not in dropped}
    if "page" not in changes:
        query.pop("page", None)
    for name, change in changes.items():
        query[name] = list(change) if isinstance(change, list | tuple) else [change]
    pairs = [(k, v) for k, values in query.items() for v in values if v is not None and v != ""]
    path = request.path.removeprefix("/_live")
    return f"{path}?{urlencode(pairs)}" if pairs else path
