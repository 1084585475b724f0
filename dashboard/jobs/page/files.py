"""The files of a job: what can be taken away of it."""

from dataclasses import dataclass

from flask import url_for

from dashboard.db import Job, Model
from dashboard.jobs.page.blends import is_blend
from dashboard.models.service import list_formats


@dataclass(frozen=True)
class JobFile:
    """A file to download; `size_bytes` where it is known."""

    name: str
    what: str
    url: str
    size_bytes: int | None = None


def list_files(job: Job, model: Model | None) -> list[JobFile]:
    """List what can be downloaded of a job, the model first."""
    found: list[JobFile] = []
    if model is not None and model.state == "ready":
        for kind, _file_name, what in list_formats(model):
            name = "Bundle" if kind == "bundle" else f"model.{kind}"
            url = url_for("models.download", model_id=model.id, format=kind)
            found.append(JobFile(name, what, url, model.offered[kind].get("size_bytes")))
    if job.out_of_fold_key:
        url = url_for("rows.download", job_id=job.id)
        words = "Each row, with its prediction by a model that was not trained on it"
        found.append(JobFile("rows.csv", words, url))
    if not is_blend(job):
        url = url_for("jobs.config", job_id=job.id)
        words = "All settings, as the API takes them to make this job again"
        found.append(JobFile("config.json", words, url))
    found.append(JobFile("log.txt", "The whole log", url_for("jobs.log_text", job_id=job.id)))
    return found
