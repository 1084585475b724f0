"""The note of a job: checked."""

from typing import Any

from dashboard.errors import ValidationFailed

NOTE_LENGTH = 10_000


def clean_note(note: Any) -> str | None:
    """Return a note as it is kept; an empty one is none.

    Raises
    ------
    ValidationFailed
        When it is no text, or too long.
    """
    if note is not None and not isinstance(note, str):
        raise ValidationFailed({"note": "note must be a text"})
    text = (note or "").replace("\r\n", "\n").strip()
    if len(text) > NOTE_LENGTH:
        raise ValidationFailed(
            {"note": f"The note has {len(text):,} characters; there is room for {NOTE_LENGTH:,}"}
        )
    return text or None
