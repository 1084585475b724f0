"""Words that two people change at once: who saves second is told, and nothing is lost.

A form says which words it was drawn with, by `fingerprint`. What somebody else changed since and
this person did not touch stays as it is; of what both changed this person is shown the other's
words beside the own ones, and saves once more to put these in their place. A form that is drawn
once more has the other's words wherever this person typed nothing.
"""

import hashlib
from collections.abc import Mapping

from dashboard.errors import DomainError, ValidationFailed

CHANGED = "changed_meanwhile"
BEFORE = "seen_"  # stands before the name of a field in that of the hidden one beside it
LONGEST_SHOWN = 1000


def fingerprint(text: str | None) -> str:
    """Return what tells a text from others."""
    return hashlib.sha256((text or "").encode()).hexdigest()[:16]


def read_seen(form: Mapping[str, str]) -> dict[str, str]:
    """Return the fingerprints that a form was drawn with, by field."""
    names = (name for name in form if name.startswith(BEFORE))
    return {name.removeprefix(BEFORE): form[name] for name in names}


def typed_anew(
    form: Mapping[str, str], present: Mapping[str, str], problem: DomainError
) -> dict[str, str]:
    """Return what was typed, for the form that says what is wrong.

    Parameters
    ----------
    form : Mapping of str to str
        As it was sent.
    present : Mapping of str to str
        The words as they are, by field.
    problem : DomainError
        What is wrong. Fields whose change it tells are drawn with what was typed, and are held
        against the present words from now on.

    Returns
    -------
    dict of str to str
        By the names in the form. Fields that this person did not touch have the present words;
        what was typed elsewhere is still held against the words that were seen.
    """
    told = problem.fields if problem.code == CHANGED else {}
    typed = {**present, **form}
    for name, seen in read_seen(form).items():
        is_touched = fingerprint(_as_kept(form.get(name))) != seen
        if name in present and not is_touched:
            typed[name] = present[name]
        if name in told or not is_touched:
            del typed[BEFORE + name]  # it is drawn with that of the present words
    return typed


def _as_kept(text: str | None) -> str:
    """Return a text without what a browser puts into it."""
    return (text or "").replace("\r\n", "\n").strip()


def list_to_write(
    seen: Mapping[str, str] | None, present: Mapping[str, str], wanted: Mapping[str, str]
) -> set[str]:
    """List which fields are to be written.

    Parameters
    ----------
    seen : Mapping of str to str, or None
        The fingerprints of the words that the person saw; those of others are not held against
        anything.
    present, wanted : Mapping of str to str
        The words as they are, and as they are to be, by field.

    Raises
    ------
    ValidationFailed
        Of code `CHANGED`: with the other's words, for each field that both changed.
    """
    seen = seen or {}
    changed = {n for n in wanted if n in seen and seen[n] != fingerprint(present[n])}
    touched = {n for n in changed if seen[n] != fingerprint(wanted[n])}
    faults = {n: _say(n, present[n]) for n in sorted(touched) if wanted[n] != present[n]}
    if faults:
        raise ValidationFailed(faults, code=CHANGED)
    return set(wanted) - changed


def _say(name: str, text: str) -> str:
    became = f'changed meanwhile, to "{_cut(text)}"' if text else "taken away meanwhile"
    were = "were" if name.endswith("s") else "was"
    return f"The {name} {were} {became}. Save again to have yours in place of that"


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]} ..."
