"""Records: one class per table, with the columns and nothing of what is done with them."""

from dashboard.db.chore import Chore
from dashboard.db.dataset import AllowedAddress, Dataset, Difference, Relation, Transfer
from dashboard.db.file_problem import FileLook, FileProblem
from dashboard.db.job import (
    Batch,
    Job,
    JobAttempt,
    JobEvent,
    JobFold,
    JobUsage,
    LogLine,
)
from dashboard.db.job_index import JobEntry, JobSetting, JobTag
from dashboard.db.job_score import JobScore, ScoreGroup
from dashboard.db.job_work import BulkAction, IdempotencyKey, SavedView
from dashboard.db.model import Model, ModelStar
from dashboard.db.notification import Delivery, Notification, NotifyChoice, Webhook, Wish
from dashboard.db.personal import Recipe
from dashboard.db.prediction import Prediction
from dashboard.db.preflight import Preflight
from dashboard.db.user import ApiToken, SignIn, SignInAttempt, User
from dashboard.db.worker import QueueState, Worker

__all__ = [
    "AllowedAddress", "ApiToken", "Batch", "BulkAction", "Chore", "Dataset", "Delivery",
    "Difference", "FileLook", "FileProblem", "IdempotencyKey", "Job", "JobAttempt", "JobEntry",
    "JobEvent", "JobFold", "JobScore", "JobSetting", "JobTag", "JobUsage", "LogLine", "Model",
    "ModelStar", "Notification", "NotifyChoice", "Prediction", "Preflight", "QueueState",
    "Recipe", "Relation", "SavedView", "ScoreGroup", "SignIn", "SignInAttempt", "Transfer", "User",
    "Webhook", "Wish", "Worker",
]  # fmt: skip
