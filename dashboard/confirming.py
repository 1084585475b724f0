"""The page before what cannot be taken back: what goes, what stays, and how to leave it.

What can be taken back is done at once and offers Undo. All else leads here by a link, so it asks
without a script, too; and the server asks whoever sent a form without having seen the page.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import render_template, request

SURE = "sure"


@dataclass(frozen=True)
class Confirmation:
    """What somebody is about to do.

    Parameters
    ----------
    title : str
        The question, such as ``Delete the job pears?``.
    act : str
        What its button says, such as ``Delete the job``.
    goes, stays : sequence of str
        What is gone afterwards, and what is not.
    back : str
        The address to return to.
    crumbs : sequence of (str, str)
        Where the page stands.
    fields : mapping, optional
        What is sent along.
    instead : (str, str), optional
        Words and address of what can be taken back, and may do as well.
    named : sequence of (str, str, str), optional
        Some of what goes, one by one: words, address and what is said behind them.
    problem : str, optional
        Why it was not done, though its button was pressed.
    is_final : bool, default True
        Whether it cannot be taken back.
    """

    title: str
    act: str
    goes: Sequence[str]
    stays: Sequence[str]
    back: str
    crumbs: Sequence[tuple[str, str]] = ()
    fields: Mapping[str, Any] = field(default_factory=dict)
    instead: tuple[str, str] | None = None
    named: Sequence[tuple[str, str, str]] = ()
    problem: str | None = None
    is_final: bool = True


def is_sure() -> bool:
    """Tell whether the form that was sent is that of the page."""
    return request.method == "POST" and request.form.get(SURE) == "true"


def confirm(asked: Confirmation) -> str:
    """Show the page; its form goes to the address that shows it."""
    return render_template("confirm.html", asked=asked, sure=SURE)
