"""Records: one class per table, with the columns and nothing of what is done with them."""

from dashboard.db.chore import Chore
from dashboard.db.dataset import Dataset
from dashboard.db.job import IdempotencyKey, Job, JobAttempt, JobEvent, JobFold, LogLine
from dashboard.db.model import Model
from dashboard.db.prediction import Prediction
from dashboard.db.user import ApiToken, SignInAttempt, User
from dashboard.db.worker import Worker

__all__ = [
    "ApiToken",
    "Chore",
    "Dataset",
    "IdempotencyKey",
    "Job",
    "JobAttempt",
    "JobEvent",
    "JobFold",
    "LogLine",
    "Model",
    "Prediction",
    "SignInAttempt",
    "User",
    "Worker",
]
