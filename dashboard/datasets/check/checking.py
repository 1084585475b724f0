"""A file between its upload and its saving: read in another way, saved, discarded.

Every act locks the upload's row first, so that two tabs, or a person and an admin, never leave
half of each: who comes second is told what became of it.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from dashboard import queue
from dashboard.clock import now
from dashboard.datasets.check.answers import read_answers
from dashboard.datasets.check.options import change_by_form, change_options
from dashboard.datasets.check.questions import FIELD, mark_columns
from dashboard.datasets.queries import find_former, get_upload
from dashboard.datasets.reading import ask_reading
from dashboard.datasets.service import clean_name
from dashboard.datasets.upload.discarding import forget
from dashboard.datasets.version.families import join_family
from dashboard.datasets.version.type_fit import check_types
from dashboard.db import Dataset, User
from dashboard.db.transaction import writing
from dashboard.errors import Conflict

# How often it is written down that somebody looks at an upload.
NOTED_EVERY = timedelta(hours=1)
READ_OTHERWISE = (
    "The file was read in another way meanwhile, perhaps in another tab. "
    "Look at it again, then go on"
)
AS_IT_IS = "Change how it is read, or mend the file and upload it again"


def open_upload(*, user: User, dataset_id: int) -> Dataset:
    """Return an upload that somebody looks at, so that nobody takes it for abandoned.

    Raises
    ------
    NotFound
        When there is none of this person.
    """
    upload = get_upload(user=user, dataset_id=dataset_id)
    moment = now()
    if upload.touched_at > moment - NOTED_EVERY:
        return upload
    with writing() as session:
        looked_at = update(Dataset).where(Dataset.id == dataset_id)
        session.execute(looked_at.values(touched_at=moment))
    return get_upload(user=user, dataset_id=dataset_id)


def change_reading(
    *, user: User, dataset_id: int, form: Mapping[str, Any], asked_of: str | None = None
) -> Dataset:
    """Change what a form has fields for, and read the upload again if that changes anything.

    Parameters
    ----------
    user : User
        Who asks.
    dataset_id : int
        The upload.
    form : Mapping
        Fields of `options.change_by_form`, and ``answer-N`` for the question about a column;
        ``forget`` names a column for which nothing is chosen any more.
    asked_of : str, optional
        Which columns the form showed (`questions.mark_columns`); answers about others are refused.

    Raises
    ------
    NotFound
        When there is no such upload of this person.
    ValidationFailed
        When a field holds what cannot be used, such as a type that no cell of a column can have.
    Conflict
        When there are answers, and the file has other columns meanwhile.
    """
    upload = get_upload(user=user, dataset_id=dataset_id)
    check_types(upload, _merged(upload, form, asked_of))
    with writing() as session:
        dataset = _lock_upload(session, user, dataset_id)
        options = _merged(dataset, form, asked_of)
        # What was refused may have been a fault of ours: then the same is tried again.
        is_changed = options != dataset.options or dataset.state == "refused"
        if is_changed:
            _begin_reading(session, dataset, options)
    if is_changed:
        queue.wake(queue.LIGHT)
    return dataset


def _merged(dataset: Dataset, form: Mapping[str, Any], asked_of: str | None) -> dict[str, Any]:
    """Return the dataset's options with those changed that a form is about."""
    options = change_by_form(dataset.options, form)
    if forgotten := form.get("forget"):
        options = change_options(options, {"columns": _taken_back(options, forgotten)})
    if not any(name.startswith(FIELD) or name == "all" for name in form):
        return options
    if asked_of is not None and asked_of != mark_columns(dataset):
        raise Conflict(READ_OTHERWISE)
    answers = read_answers(dataset, form)
    columns = {**(options.get("columns") or {}), **answers}
    return options | ({"columns": columns} if columns else {})


def _taken_back(options: Mapping[str, Any], name: str) -> dict[str, None]:
    """Return the change that takes back what was chosen for a column.

    A form sends a name's line ends in its own way.
    """
    chosen = options.get("columns") or {}
    return {column: None for column in chosen if column.split() == name.split()}


def _begin_reading(session: Session, dataset: Dataset, options: Mapping[str, Any]) -> None:
    """Have a file read within the caller's transaction.

    The former reading's rows stay to be looked at until the new ones are there; its table may be
    gone by then, so nothing of it can be saved.
    """
    dataset.options, dataset.reading = dict(options), dataset.reading + 1
    dataset.state, dataset.progress, dataset.problems = "reading", 0.0, []
    dataset.message, dataset.touched_at = "Waiting to be read", now()
    ask_reading(session, dataset)


def _lock_upload(session: Session, user: User, dataset_id: int) -> Dataset:
    """Return an upload, locked for the rest of the transaction; NotFound when it is saved."""
    session.scalar(select(Dataset).where(Dataset.id == dataset_id).with_for_update(of=Dataset))
    return get_upload(user=user, dataset_id=dataset_id)


def save_upload(
    *,
    user: User,
    dataset_id: int,
    name: str | None,
    form: Mapping[str, Any] | None = None,
    reading: int | None = None,
    token: str | None = None,
) -> Dataset:
    """Make an upload that was read a dataset.

    Parameters
    ----------
    user : User
        Who saves.
    dataset_id : int
        The upload.
    name : str or None
        What the dataset is called; a next version has the name of those before it.
    form : Mapping, optional
        ``answer-N`` for the question about a column. Where an answer is not what was read, the
        file is read once more; the dataset is there at once and ready when that is done.
    reading : int, optional
        Which reading the person saw: what is saved is what was seen.
    token : str, optional
        That of the upload that the person saw; another one may have its number by now, if a
        backup was restored.

    Raises
    ------
    NotFound
        When there is no such upload of this person.
    ValidationFailed
        When the name or an answer cannot be used.
    Conflict
        When it is still being read, was refused, or was read in another way meanwhile.
    """
    upload = get_upload(user=user, dataset_id=dataset_id)
    if name is not None or find_former(upload) is None:
        name = clean_name(name or "")
    with writing() as session:
        dataset = _lock_upload(session, user, dataset_id)
        if dataset.state != "ready":
            words = {
                "reading": "is still being read",
                "refused": f"cannot be saved as it is. {AS_IT_IS}",
            }
            raise Conflict(f"{dataset.file_name} {words[dataset.state]}")
        if not (token in {None, dataset.token} and reading in {None, dataset.reading}):
            raise Conflict(READ_OTHERWISE)
        answers = read_answers(dataset, form or {})
        chosen = dataset.options.get("columns") or {}
        kinds = {column["name"]: column["kind"] for column in dataset.columns}
        pending = {
            column: answer
            for column, answer in answers.items()
            if chosen.get(column, {"kind": kinds[column]}) != answer
        }
        if pending:
            _begin_reading(session, dataset, dataset.options | {"columns": {**chosen, **pending}})
        dataset.name = name or dataset.name
        join_family(session, dataset)
    if pending:
        queue.wake(queue.LIGHT)
    return dataset


def discard_upload(*, user: User, dataset_id: int) -> None:
    """Forget an upload and its file; what was saved meanwhile stays.

    Raises
    ------
    NotFound
        When there is no such upload of this person.
    """
    get_upload(user=user, dataset_id=dataset_id)
    if not forget(dataset_id):
        get_upload(user=user, dataset_id=dataset_id)  # which says what became of it
