"""What is done with datasets: delete."""

import re

from sqlalchemy import func, select

from dashboard.access import require_owner
from dashboard.datasets.queries import get_dataset
from dashboard.db import Dataset, Job, User
from dashboard.db.transaction import writing
from dashboard.errors import Conflict, NotFound, ValidationFailed
from dashboard.storage import get_storage, keys

MAX_NAME = 200


def clean_name(name: str) -> str:
    """Return a name without outer space.

    Raises
    ------
    ValidationFailed
        When nothing is left, or it is longer than 200 characters.
    """
    name = re.sub(r"[\x00-\x1f\x7f]", " ", name).strip()
    if not name:
        raise ValidationFailed({"name": "Give the dataset a name"})
    if len(name) > MAX_NAME:
        raise ValidationFailed(
            {"name": f"The name has {len(name)} characters; {MAX_NAME} is the most"}
        )
    return name


def delete_dataset(*, user: User, dataset_id: int) -> None:
    """Delete a dataset and its files.

    Raises
    ------
    NotFound
        When there is none.
    Forbidden
        When it belongs to somebody else.
    Conflict
        When jobs use it; the message says how many.
    """
    require_owner(user, get_dataset(user=user, dataset_id=dataset_id), "dataset")
    with writing() as session:
        # Who submits holds it: either the jobs are there to be counted, or it is gone for them.
        dataset = session.get(Dataset, dataset_id, with_for_update={"of": Dataset})
        if dataset is None:
            raise NotFound(f"There is no dataset {dataset_id}. It may have been deleted")
        used_by = select(Job.id).where(Job.dataset_id == dataset_id).order_by(Job.id)
        count = session.scalar(select(func.count()).select_from(used_by.subquery())) or 0
        if count:
            first = ", ".join(f"#{job_id}" for job_id in session.scalars(used_by.limit(5)))
            more = ", ..." if count > 5 else ""
            raise Conflict(
                f"{count} {'jobs use' if count > 1 else 'job uses'} this dataset ({first}{more}). "
                "Delete them first"
            )
        session.delete(dataset)
    get_storage().delete_prefix(keys.dataset_prefix(dataset_id))
