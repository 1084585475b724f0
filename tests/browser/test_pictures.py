"""The main screens look as they did; `make pictures` takes the kept pictures anew."""

from datetime import timedelta
from pathlib import Path

import pytest

from dashboard.clock import now
from dashboard.db import Dataset, Job, User, Worker
from dashboard.db.transaction import writing
from tests.browser import everywhere
from tests.browser.everywhere import Product
from tests.browser.looking_alike import FOLDER, STYLE, hold_against_kept, take_picture
from tests.dashboard.datasets.profiled import make_read_dataset
from tests.dashboard.jobs.test_results import RESULTS
from tests.every_page import FILES, Seeded
from tests.factories import give_results, make_job, make_model, make_succeeded_job, make_user
from tests.uploads import make_upload

SIZES = {"desk": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}
SCREENS = {
    "overview": "/", "jobs": "/jobs", "job": "/jobs/{job}", "failed-job": "/jobs/{failed}",
    "compare": "/compare?jobs={job},{other}", "new-job": "/jobs/new?from={job}",
    "leaderboard": "/leaderboards/{dataset}/churned", "dataset": "/datasets/{dataset}",
    "check": "/uploads/{upload}", "models": "/models", "model": "/models/{model}",
    "predict": "/models/{model}/predict", "queue": "/queue", "appearance": "/settings/appearance",
}  # fmt: skip
LOOKS = [
    *((name, "light", "desk") for name in SCREENS),
    *((name, "dark", "desk") for name in ("jobs", "job", "compare", "dataset")),
    *(
        (name, "light", "phone")
        for name in ("jobs", "job", "compare", "dataset", "check", "new-job")
    ),
    ("jobs", "dark", "phone"),
]
TABLE = "age,city,income,churned\n" + "".join(
    f"{18 + n * 7 % 70},{('Oslo', 'Rome', 'Bern')[n % 3]},{1000 + n * 37 % 8000},"
    f"{('no', 'yes')[n % 4 == 0]}\n"
    for n in range(200)
)
SCHEMA = {
    "dialect": {}, "target": "churned", "task": "classification",
    "features": ["age", "city", "income"],
    "columns": [
        {"name": "age", "kind": "number", "decimal": ".", "range": [18.0, 87.0]},
        {"name": "city", "kind": "category", "values": ["Bern", "Oslo", "Rome"]},
        {"name": "income", "kind": "number", "decimal": ".", "range": [1000.0, 8990.0]},
    ],
}  # fmt: skip


def seed(folder: Path) -> Seeded:
    """Fill an app with what one person works on."""
    user = make_user(role="admin", name="Mira Kern", email="mira@example.org")
    dataset = make_read_dataset(user, TABLE, folder, name="customers", file_name="customers.csv")
    jobs = seed_jobs(user, dataset)
    model = make_model(jobs["job"], name="churn-forest", schema=SCHEMA, files=FILES)
    with writing() as session:
        for queue in ("train", "light"):
            later = now() + timedelta(hours=1)  # alive until the tests are over
            session.add(Worker(name=queue, queue=queue, host="here", pid=1, seen_at=later))
    upload = make_upload(user, file_name="kc_house.csv")
    ids = {"dataset": dataset.id, "model": model.id, "upload": upload.id}
    words = {name: str(value) for name, value in ids.items()}
    words |= {name: str(job.id) for name, job in jobs.items()}
    return Seeded(user, tuple(path.format(**words) for path in SCREENS.values()), (), ())


def seed_jobs(user: User, dataset: Dataset) -> dict[str, Job]:
    """Make a job in each state that the list is most often seen with."""
    failure = {"code": "UNKNOWN", "message": "The column city holds text", "hint": "Leave it out"}
    asked = {"dataset": dataset}
    jobs = {
        "job": make_succeeded_job(user, name="churn-forest", estimator="RandomForestClassifier",
                                  parameters={"n_estimators": 300}, tags=["shortlist"], **asked),
        "other": make_succeeded_job(user, name="churn-logistic", score=0.81, **asked),
        "failed": make_job(user, name="churn-svc", state="failed", failure=failure,
                           estimator="SVC", message=failure["message"], attempt=1,
                           started_at=now(), finished_at=now(), **asked),
        "queued": make_job(user, name="churn-boosting",
                           estimator="HistGradientBoostingClassifier", **asked),
    }  # fmt: skip
    give_results(jobs["job"], **RESULTS)
    return jobs


product = everywhere.product_of(seed)


@pytest.mark.sampled(2)
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_main_screens_look_as_they_did(
    product: Product, size: str, theme: str, tmp_path: Path
) -> None:
    addresses = dict(zip(SCREENS, product.seeded.paths, strict=True))
    faults = []
    with product.window(viewport=SIZES[size], color_scheme=theme) as window:
        for name in [name for name, *look in LOOKS if look == [theme, size]]:
            picture = take_picture(window.go(addresses[name]))
            kept = f"{name}-{size}-{theme}"
            faults.append(hold_against_kept(product.chromium, kept, picture, tmp_path))
    assert not any(faults), "\n".join(filter(None, faults))


def test_a_change_that_a_person_would_see_is_seen(product: Product, tmp_path: Path) -> None:
    """A part that is moved by some pixels, and one of another colour."""
    for change in ("main { padding-top: 24px; }", ".btn-primary { background: darkgreen; }"):
        with product.window(viewport=SIZES["desk"], color_scheme="light") as window:
            page = window.go("/jobs")
            page.evaluate(STYLE, change)
            picture = take_picture(page)
        assert "look different" in (
            hold_against_kept(product.chromium, "jobs-desk-light", picture, tmp_path) or ""
        )


def test_nothing_is_kept_that_nothing_is_held_against() -> None:
    asked = {f"{name}-{size}-{theme}.png" for name, theme, size in LOOKS}
    assert {path.name for path in FOLDER.iterdir()} == asked
