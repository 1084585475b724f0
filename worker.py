"""The worker entry: ``celery -A worker worker -P solo -Q train``."""

from tasks.celery_app import celery

app = celery
