"""What a job's tags may be."""

from typing import Any

from dashboard.errors import ValidationFailed

MOST_TAGS, TAG_LENGTH = 20, 50


def clean_tags(tags: Any) -> list[str]:
    """Return tags without the space around them, each once.

    Raises
    ------
    ValidationFailed
        When they are no list of at most 20 texts of 1 to 50 characters without commas.
    """
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        raise ValidationFailed({"tags": "tags must be a list of texts"})
    clean = list(dict.fromkeys(tag.strip() for tag in tags))
    if len(clean) > MOST_TAGS:
        raise ValidationFailed(
            {"tags": f"A job has at most {MOST_TAGS} tags; these are {len(clean)}"}
        )
    for tag in clean:
        if not 0 < len(tag) <= TAG_LENGTH:
            raise ValidationFailed(
                {"tags": f'A tag has 1 to {TAG_LENGTH} characters; "{tag}" has {len(tag)}'}
            )
        if "," in tag:  # the forms put commas between tags
            raise ValidationFailed(
                {"tags": f'A tag has no comma; "{tag}" has. Give its parts as tags of their own'}
            )
    return clean
