"""The worker entry: ``celery -A worker worker -P solo -Q train``."""

import warnings

from celery.exceptions import SecurityWarning

from tasks import lifecycle  # noqa: F401 - its functions wait for Celery's signals
from tasks.celery_app import celery

# Celery warns root of messages that hold pickles; ours are JSON only (tasks never take another).
warnings.filterwarnings("ignore", category=SecurityWarning)

app = celery
