"""What the frame of every page shows: navigation, theme, the queue's pill, warnings, messages."""

import time
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from flask import (
    Blueprint,
    Response,
    current_app,
    g,
    get_flashed_messages,
    has_request_context,
    request,
    session,
)
from flask_login import current_user
from sqlalchemy.exc import SQLAlchemyError

from dashboard import live
from dashboard.clock import now
from dashboard.cookies import kept_choice
from dashboard.db import User
from dashboard.db.lookup import LARGEST_ID
from dashboard.filters import size
from dashboard.notifications.queries import list_news
from dashboard.paging import read_number
from dashboard.preferences import Preferences, current
from dashboard.storage import get_storage
from dashboard.workers.queries import QueueSummary, summarise_queue
from dashboard.workers.views import say_what_stops_jobs

blueprint = Blueprint("shell", __name__)

THEMES = ("system", "light", "dark")
MOTIONS = ("system", "none")
DENSITIES = ("comfortable", "compact")
# Never on paper.
DARK_MEDIA = {
    "system": "screen and (prefers-color-scheme: dark)", "light": "not all", "dark": "screen",
}  # fmt: skip
LITTLE_SPACE_BYTES = 1_000_000_000
SPACE_IS_FRESH_S = 5.0


@dataclass(frozen=True)
class NavItem:
    """One entry; `icon` puts it into the phone's tab bar too, under its `short` name if given."""

    text: str
    url: str
    icon: str | None
    sections: tuple[str, ...]
    short: str | None = None

    @property
    def is_current(self) -> bool:
        """Whether the page that is shown belongs to this entry."""
        return request.path.removeprefix("/_live").split("/")[1] in self.sections


NAV = (
    NavItem("Overview", "/", "layout-dashboard", ("",)),
    NavItem("Datasets", "/datasets", "database", ("datasets", "uploads")),
    NavItem("Jobs", "/jobs", "list-checks", ("jobs", "batches", "compare")),
    NavItem("Leaderboards", "/leaderboards", "trophy", ("leaderboards",), "Boards"),
    NavItem("Models", "/models", "box", ("models", "predictions")),
    NavItem("Queue", "/queue", "layers", ("queue",)),
)


NEW_JOB = (("n",), "New job")  # not of who may only look
KEYS = (
    (("/",), "Go to a job, dataset, model or page"),
    NEW_JOB,
    (("g", "o"), "Overview"),
    (("g", "d"), "Datasets"),
    (("g", "j"), "Jobs"),
    (("g", "l"), "Leaderboards"),
    (("g", "m"), "Models"),
    (("g", "q"), "Queue"),
    (("j", "k"), "In a table: next row, previous row"),
    (("Enter",), "Open the row"),
    (("x",), "Tick the row"),
    (("c",), "Compare what is ticked"),
    (("Esc",), "Clear the selection, close what is open"),
    ((".",), "Pause updates, or go on"),
    (("?",), "These keys"),
)


@dataclass(frozen=True)
class Pill:
    """What the queue does, in a few words."""

    running: int = 0
    queued: int = 0
    is_paused: bool = False

    @property
    def text(self) -> str:
        """The words of the pill; that it is paused comes first, as a phone cuts the end."""
        if not self.running and not self.queued:
            return f"Queue is {'paused' if self.is_paused else 'empty'}"
        words = ["Paused"] if self.is_paused else []
        words += [f"{self.running:,} running"] if self.running else []
        return ", ".join(words + ([f"{self.queued:,} queued"] if self.queued else []))

    @property
    def is_busy(self) -> bool:
        """Whether a job runs now."""
        return self.running > 0


class Shell:
    """The frame of one page. Everything is worked out only when the template asks for it."""

    queue_url = "/queue"
    home_url = "/"

    @cached_property
    def user(self) -> User | None:
        """The account, None for who is not signed in or while the database is away."""
        try:
            # Itself: a page asks for it some hundred times, and a proxy looks for it each time.
            found: User = current_user._get_current_object()
            return found if found.is_authenticated else None
        except SQLAlchemyError:
            return None

    @property
    def nav(self) -> tuple[NavItem, ...]:
        """The navigation; it stays when an error page cannot reach the database."""
        return NAV if self.user or "_user_id" in session else ()

    @property
    def theme(self) -> str:
        """The chosen theme, from a cookie."""
        return kept_choice("theme", THEMES)

    @property
    def next_theme(self) -> str:
        """The theme that the switch changes to."""
        return THEMES[(THEMES.index(self.theme) + 1) % len(THEMES)]

    @property
    def dark_media(self) -> str:
        """The media query under which the dark colours hold."""
        return DARK_MEDIA[self.theme]

    @property
    def density(self) -> str:
        """How close rows stand: as the address says, else from a cookie."""
        asked = request.args.get("density", "")
        return asked if asked in DENSITIES else kept_choice("density", DENSITIES)

    @property
    def preferences(self) -> Preferences:
        """What the person chose; the defaults for who is not signed in."""
        return current()

    @property
    def motion(self) -> str:
        """Whether something may move, from a cookie."""
        return kept_choice("motion", MOTIONS)

    @property
    def shortcuts(self) -> bool:
        """Whether single keys do something."""
        return self.preferences.shortcuts

    @property
    def keys(self) -> tuple[tuple[tuple[str, ...], str], ...]:
        """The keys of every page, and what each does; `shortcuts.js` does it."""
        is_member = self.user is not None and self.user.has_role("member")
        return tuple(key for key in KEYS if is_member or key != NEW_JOB)

    @property
    def now(self) -> datetime:
        """When the page is shown, for those who print it."""
        return now()

    @cached_property
    def pill(self) -> Pill:
        """What the queue does."""
        summary = queue_summary()
        if summary is None:
            return Pill()
        return Pill(summary.running, summary.queued, summary.paused_at is not None)

    @cached_property
    def news(self) -> list[dict[str, Any]]:
        """What the person's browser is to tell, from the number that it sends with a poll."""
        first = read_number(request.args.get("first"), None, LARGEST_ID)
        if self.user is None or first is None or request.endpoint != "shell.pill":
            return []
        return list_news(self.user, first)

    @cached_property
    def messages(self) -> list[tuple[str, Any]]:
        """Messages from the last action, each with its category; see `toasts`."""
        found: Any = get_flashed_messages(with_categories=True)
        return list(found)

    @property
    def toasts(self) -> list[tuple[str, str | None]]:
        """What went well: the words, and the address that takes it back, where there is one."""
        found: list[tuple[str, str | None]] = []
        for category, message in self.messages:
            if category == "undo":
                text, undo_url = message
                found.append((text, undo_url))
            elif category == "success":
                found.append((message, None))
        return found

    @cached_property
    def warnings(self) -> list[str]:
        """What stops jobs from running on this server, in words."""
        if not self.user:
            return []
        # The page of the queue says it itself, in the part that is live.
        summary = queue_summary() if request.blueprint != "workers" else None
        texts = say_what_stops_jobs(summary) if summary else []
        free = _free_bytes()
        if free is not None and free < LITTLE_SPACE_BYTES:
            texts.append(
                f"The disk is nearly full: {size(free)} are left. Uploads and jobs may fail "
                "until an admin frees space"
            )
        return texts


def context() -> dict[str, Shell]:
    """Give templates the frame, as `shell`."""
    return {"shell": Shell()} if has_request_context() else {}


@blueprint.get("/_live/pill")
def pill() -> Response:
    """Show what the queue does now, for the pill of every page. For all who are signed in.

    With it comes what the person's browser is to tell, as this is what every open page asks for.
    """
    shell = Shell()
    state = shell.pill, current_user.last_notification, shell.news
    return live.unchanged(*state) or live.answer("_ui/_pill.html", shell=shell)


def queue_summary() -> QueueSummary | None:
    """Return the queue's summary, asked for once in a request; None while the database is away."""
    if "queue_summary" not in g:
        try:
            g.queue_summary = summarise_queue()
        except SQLAlchemyError:
            g.queue_summary = None
    summary: QueueSummary | None = g.queue_summary
    return summary


def _free_bytes() -> int | None:
    """Return the free space of the storage, at most a few seconds old."""
    known = current_app.extensions.get("free_bytes")
    if known is None or time.monotonic() - known[0] > SPACE_IS_FRESH_S:
        try:
            known = (time.monotonic(), get_storage().free_bytes())
        except OSError:
            known = (time.monotonic(), None)
        current_app.extensions["free_bytes"] = known
    free: int | None = known[1]
    return free
