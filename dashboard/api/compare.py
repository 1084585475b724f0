"""Jobs side by side."""

from typing import Any

from dashboard.api import compare_schemas as answers
from dashboard.api import requests
from dashboard.api.auth import current_user
from dashboard.api.operations import operation
from dashboard.compare.answers import as_answer
from dashboard.compare.asked import read_ids
from dashboard.compare.comparison import compare_jobs


@operation("GET", "/compare", "Jobs side by side, and whether the best one is better than noise",
           query=requests.CompareQuery, answer=answers.Comparison, errors=(404, 422))  # fmt: skip
def compare(query: requests.CompareQuery) -> dict[str, Any]:
    ids = read_ids(query.jobs)
    return as_answer(compare_jobs(user=current_user(), job_ids=ids, metric=query.metric))
