"""What people say about a model: a star, a name, a note, an alias; and that it is archived."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from dashboard.access import require_owner
from dashboard.clock import now
from dashboard.db import Model, ModelStar, User
from dashboard.db.model import ALIAS_CHARS, NOTE_CHARS
from dashboard.db.transaction import writing
from dashboard.errors import ValidationFailed
from dashboard.extensions import db
from dashboard.meanwhile import list_to_write
from dashboard.models.queries import get_model, missing
from dashboard.models.repeated import words_of

MAX_NAME = 200
ALIAS = re.compile(r"[a-z][a-z0-9_-]*")


@contextmanager
def _changing(user: User, model_id: int) -> Iterator[tuple[Session, Model]]:
    """Hold a model that a person may change, within a transaction."""
    require_owner(user, get_model(user=user, model_id=model_id), "model")
    with writing() as session:
        model = session.get(Model, model_id, with_for_update={"of": Model}, populate_existing=True)
        if model is None:
            raise missing(model_id)
        yield session, model


def find_starred(*, user: User, model_ids: Sequence[int]) -> set[int]:
    """Return which of some models a person starred."""
    mine = select(ModelStar.model_id).where(
        ModelStar.user_id == user.id, ModelStar.model_id.in_(model_ids)
    )
    return set(db.session.scalars(mine))


def star_model(*, user: User, model_id: int, starred: bool) -> None:
    """Star a model for one person, or take that back; what is so already stays.

    Raises
    ------
    NotFound
        When there is no such model.
    """
    get_model(user=user, model_id=model_id)
    with writing() as session:
        held = select(Model.id).where(Model.id == model_id)
        if session.scalar(held.with_for_update(key_share=True, of=Model)) is None:
            raise missing(model_id)
        mine = delete(ModelStar).where(
            ModelStar.user_id == user.id, ModelStar.model_id == model_id
        )
        session.execute(mine)
        if starred:
            session.add(ModelStar(user_id=user.id, model_id=model_id))


def change_model(
    *,
    user: User,
    model_id: int,
    name: str | None = None,
    note: str | None = None,
    alias: str | None = None,
    seen: Mapping[str, str] | None = None,
) -> Model | None:
    """Give a model another name, note or alias: all that is asked, or nothing.

    An alias stands for one model of a table, in all of its versions, and a target. One that
    stands for another model moves.

    Parameters
    ----------
    user, model_id
        Who says so, of which model.
    name, note : str, optional
        None leaves it as it is.
    alias : str, optional
        Such as ``champion``; an empty one takes it away, None leaves it.
    seen : Mapping of str to str, optional
        As `meanwhile.list_to_write` takes it.

    Returns
    -------
    Model or None
        The model that the alias stood for before.

    Raises
    ------
    NotFound
        When there is no such model.
    Forbidden
        When this model, or the one that has the alias, belongs to somebody else.
    ValidationFailed
        When the name is empty, something too long, the alias none, or any changed meanwhile.
    """
    name, note = _clean(name), None if note is None else note.strip()
    wanted = None if alias is None else alias.strip()
    if errors := _find_faults(name, note, wanted):
        raise ValidationFailed(errors)

    asked = {"name": name, "note": note, "alias": wanted}
    words = {field: text for field, text in asked.items() if text is not None}

    def change() -> Model | None:
        with _changing(user, model_id) as (session, model):
            present = {"name": model.name, "note": model.note, "alias": model.alias or ""}
            written = list_to_write(seen, present, words)
            former = None
            if "alias" in written:
                former = _move_alias(session, user, model, words["alias"])
            if "name" in written:
                model.name, model.words = words["name"], words_of(words["name"], model.target)
            if "note" in written:
                model.note = words["note"]
            return former

    try:
        return change()
    except IntegrityError:  # two gave the same new alias at once: now it is seen who has it
        return change()


def _find_faults(name: str | None, note: str | None, alias: str | None) -> dict[str, str]:
    errors = {}
    if name == "":
        errors["name"] = "Give the model a name"
    for field, text, most in (("name", name, MAX_NAME), ("note", note, NOTE_CHARS)):
        if text is not None and len(text) > most:
            errors[field] = f"The {field} has {len(text):,} characters; {most:,} is the most"
    if alias and (not ALIAS.fullmatch(alias) or len(alias) > ALIAS_CHARS):
        errors["alias"] = (
            f'"{alias[:ALIAS_CHARS]}" cannot be an alias. Use up to {ALIAS_CHARS} small letters, '
            "digits, - and _, a letter first, such as champion"
        )
    return errors


def _move_alias(session: Session, user: User, model: Model, alias: str) -> Model | None:
    """Let an alias stand for a model; return the other one that it stood for."""
    former = _holder_of(session, model, alias) if alias else None
    if former is not None and former is not model:
        require_owner(user, former, "alias")
        former.alias = None
        session.flush()
    model.alias = alias or None
    return former if former is not model else None


def _holder_of(session: Session, model: Model, alias: str) -> Model | None:
    has_it = select(Model).where(
        Model.family_id == model.family_id, Model.target == model.target, Model.alias == alias
    )
    return session.scalar(has_it.with_for_update(of=Model))


def _clean(name: str | None) -> str | None:
    return None if name is None else re.sub(r"[\x01-\x1f\x7f]", " ", name).strip()


def archive_model(*, user: User, model_id: int, archived: bool = True) -> Model:
    """Take a model out of the list, or back into it; it keeps its alias and predicts on.

    Raises
    ------
    NotFound
        When there is no such model.
    Forbidden
        When it belongs to somebody else.
    """
    with _changing(user, model_id) as (_session, model):
        model.archived_at = (model.archived_at or now()) if archived else None
        return model
