"""How far a model's answers about new rows can be relied on, as the folds of its job tell."""

from dashboard.db import Job
from dashboard.filters import number

# The first that was scored is told, in the unit of the target.
ERRORS = {
    "mae": "it was off by {} on average",
    "rmse": "its typical error (RMSE) was {}",
}


def say_typical_error(job: Job) -> str | None:
    """Say how far off predicted numbers were on test rows; None of classes, or where unknown."""
    if job.task != "regression":
        return None
    known = ((words, _mean(job, metric)) for metric, words in ERRORS.items())
    return next(
        (
            f"On rows it had not seen {words.format(number(float(f'{mean:.3g}')))}"
            for words, mean in known
            if mean is not None
        ),
        None,
    )


def say_to_come(job: Job) -> str:
    """Say what stands on the card of the answer once a row is predicted, and nothing else."""
    more = ""
    if say_typical_error(job):
        more = ", with how far off it was on rows it had not seen"
    elif _mean(job, "log_loss") is not None:  # its estimator gives probabilities
        more = ", with how sure it is"
    return f"Press Predict, and what the model says of the row stands here{more}."


def _mean(job: Job, metric: str) -> float | None:
    return (job.metrics.get(metric) or {}).get("mean")
