"""Asking for a look through the storage, where files were deleted: else the page tells of them."""

from dashboard.db import FileLook
from dashboard.db.transaction import writing
from dashboard.extensions import db

THE_LOOK = 1  # the one row
ASKED = "asked"  # beside what the last look found


def ask_for_look() -> None:
    """Have the next look come soon; who asks again before it costs nothing."""
    look = db.session.get(FileLook, THE_LOOK, populate_existing=True)
    if look is None or look.found.get(ASKED):
        return
    with writing() as session:
        look = session.get(FileLook, THE_LOOK, with_for_update=True, populate_existing=True)
        if look is not None:
            look.found = look.found | {ASKED: True}
