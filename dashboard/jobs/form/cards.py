"""The estimators as the form of a new job offers them: as cards."""

from collections.abc import Collection
from typing import Any

from dashboard.several.card import several_card
from tasks.engine.estimators.catalogue import list_estimators


def list_cards(
    task: str | None, chosen: Collection[str], *, are_ticked: bool, tries_several: bool
) -> list[dict[str, Any]]:
    """Return the cards of a task's estimators; before them the one that tries several.

    Parameters
    ----------
    task : str or None
        The task.
    chosen : collection of str
        The ids of those that are chosen.
    are_ticked : bool
        Whether any number may be chosen. Then a job is made of each, and none tries several.
    tries_several : bool
        Whether the first card is chosen, in place of an estimator.
    """
    cards = [
        {
            "value": e.id,
            "title": e.title,
            "text": e.summary,
            "code": e.id,
            "tags": e.tags,
            "checked": e.id in chosen and not tries_several,
            "disabled": False,
            "folded": not e.featured and e.id not in chosen,
        }
        for e in list_estimators(task)
    ]
    return cards if are_ticked else [several_card(checked=tries_several), *cards]
