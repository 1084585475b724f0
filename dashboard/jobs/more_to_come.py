"""Whether more jobs come by themselves than there are: a batch's plan that goes on adds them."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import aliased

from dashboard.db import Batch
from dashboard.extensions import db


def is_any_going(batch_ids: Collection[int] | Select[Any]) -> bool:
    """Tell whether the plan of any of some batches, or of one around it, goes on."""
    part = aliased(Batch)
    around = select(part.parent_id).where(part.id.in_(batch_ids), part.parent_id.is_not(None))
    going = select(Batch.id).where(
        Batch.plan_state == "going", Batch.id.in_(batch_ids) | Batch.id.in_(around)
    )
    return db.session.scalar(going.limit(1)) is not None
