"""Several estimators at once in the form of a new job: a job of each one that is ticked."""

from collections.abc import Mapping, Sequence

from dashboard.jobs.form.fields import AT_ONCE, JobForm
from dashboard.several import KIND as SEVERAL
from tasks.engine.estimators.catalogue import find_estimator

SHOWN = "estimators_shown"  # says that boxes were sent, in place of one choice
BOXES = "estimators"


def is_switched(posted: Mapping[str, str]) -> bool:
    """Tell whether boxes were asked for, or given up, since the form was drawn."""
    return (posted.get(AT_ONCE) == "yes") != (SHOWN in posted)


def tick(form: JobForm, ticked: Sequence[str] | None) -> None:
    """Settle which estimators a form has ticked; say which of them do not suit its task.

    Parameters
    ----------
    form : JobForm
        Its target is settled.
    ticked : sequence of str or None
        The ids as they were sent; None where one estimator was chosen until now.
    """
    values = form.values
    for name in (SHOWN, BOXES):
        values.pop(name, None)
    if values.get(AT_ONCE) != "yes":
        values.pop(AT_ONCE, None)
        return
    if values.get("estimator") == SEVERAL:
        del values["estimator"]
    form.ticked = list(ticked or ())
    fitting = [one.id for one in form.chosen]
    for one in map(find_estimator, form.ticked):
        if one is not None and one.id not in fitting:
            form.dropped.append(f"{one.title} does not suit this target; removed")
    is_new = ticked is None or (form.ticked and not fitting)
    if is_new and form.estimator is not None:
        fitting = [form.estimator.id]
    form.ticked = fitting
    # Its settings are kept for when it is the only one.
    if fitting and values.get("estimator") not in fitting:
        values["estimator"] = fitting[0]
