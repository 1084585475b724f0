"""A name without a space breaks in the tables of jobs, and leaves the other columns in view."""

from collections.abc import Callable

import pytest

from dashboard.clock import now
from dashboard.db import User, Worker
from dashboard.db.job import Job
from dashboard.db.transaction import writing
from tests.browser.conftest import Watched
from tests.dashboard.batches.test_pages import fill
from tests.factories import make_dataset

OVERFLOWS = """() => [document.documentElement, ...document.querySelectorAll('.table-region')]
  .filter((region) => region.scrollWidth > region.clientWidth)
  .map((region) => `${region.ariaLabel}: ${region.scrollWidth} of ${region.clientWidth}`)"""

# How many lines each name has, and whether its title has the whole of it, its last letters are
# there, and none of what is there is cut off.
LINES = """(all) => all.map((e) => [
  Math.round(e.getBoundingClientRect().height / parseFloat(getComputedStyle(e).lineHeight)),
  e.title.length === 200 && e.textContent.endsWith(e.title.slice(-20)) &&
  e.scrollHeight <= e.clientHeight])"""


@pytest.mark.sampled(1)
@pytest.mark.parametrize("width", [1440, 390])
def test_a_long_name_leaves_the_other_columns_in_view(
    width: int, browse: Callable[..., Watched], member: User
) -> None:
    dataset = make_dataset(member, name="y" * 200)
    batch = fill(member, dataset, queued=1, running=1, succeeded=1)
    with writing() as session:
        for job in session.query(Job):
            job.name, job.target = f"{'x' * 197}{job.id:03}", "z" * 100
            if job.state == "running":
                job.started_at = job.heartbeat_at = now()
                job.worker, running = "worker-1", job.id
        values = {"queue": "train", "host": "h", "pid": 1, "seen_at": now(), "state": "busy"}
        session.add(Worker(name="worker-1", job_id=running, **values))
    window = browse(viewport={"width": width, "height": 900})
    window.sign_in(member)
    for path in ("/jobs", "/queue", f"/batches/{batch.id}"):
        assert (path, window.go(path).evaluate(OVERFLOWS)) == (path, [])
    for path in ("/jobs", f"/batches/{batch.id}", "/datasets"):
        page = window.go(path)
        cut = page.locator("tbody tr .main > a.strong").evaluate_all(LINES)
        assert cut
        assert all(lines <= 3 and is_told for lines, is_told in cut), (path, cut)
