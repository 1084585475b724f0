"""Trying several as the form of a new job offers it: the first of the cards."""

from typing import Any

from dashboard.several import KIND


def several_card(*, checked: bool) -> dict[str, Any]:
    """Return the card, in the form of an estimator's."""
    return {
        "value": KIND,
        "title": "Try several",
        "text": "Tuned estimators that suit the table, within a time limit. The best becomes the "
        "model, or a blend of some that is better",
        "code": "",
        "tags": ("No choice needed",),
        "checked": checked,
        "disabled": False,
        "folded": False,
    }
