"""Where a model comes from."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Origin:
    """Where a model comes from, for its card and metadata; `job_id` is None without a job."""

    job_id: int | None
    job_name: str
    dataset: str
    dataset_sha256: str
    created_at: str
