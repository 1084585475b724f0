"""Trying several as the form of a new job offers it: the first of the cards."""

from typing import Any

from dashboard.several import KIND

# The way to split rows, and its words, where that is left open.
SUITED = ("", "As for one job")


def several_card(*, checked: bool) -> dict[str, Any]:
    """Return the card, in the form of an estimator's."""
    return {
        "value": KIND,
        "title": "Try several",
        "text": "Trainyard chooses tuned estimators that suit the table, within a time limit. A "
        "blend of the best becomes the one model, or one of them alone where that is better",
        "code": "",
        "tags": ("No choice needed",),
        "checked": checked,
        "disabled": False,
        "folded": False,
    }
