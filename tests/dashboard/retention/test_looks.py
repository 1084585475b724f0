"""Who looks, how often, and where the problems show: page, metrics and command."""

import io
import os
import re
from datetime import timedelta

import pytest
from flask import Flask

from dashboard.clock import now
from dashboard.datasets.purging import purge_deleted
from dashboard.datasets.upload.discarding import forget as forget_upload
from dashboard.db import FileLook, User
from dashboard.db.transaction import writing
from dashboard.extensions import db
from dashboard.retention import service
from dashboard.retention.asking import ask_for_look
from dashboard.retention.look import Findings
from dashboard.storage import get_storage, keys
from tests.factories import make_dataset, make_succeeded_job
from tests.page import PageClient, words_of

pytestmark = pytest.mark.both_databases


def change(**values: object) -> None:
    with writing() as session:
        row = session.get_one(FileLook, 1, populate_existing=True)
        for name, value in values.items():
            setattr(row, name, value)


def test_one_looks_at_a_time_and_at_most_once_an_hour(any_app: Flask) -> None:
    assert service.begin_look(now())
    assert not service.begin_look(now())
    service.end_look(Findings())
    db.session.remove()
    assert not service.begin_look(now() + timedelta(minutes=59))
    assert service.begin_look(now() + timedelta(minutes=61))


def test_a_look_whose_process_died_is_begun_anew(any_app: Flask) -> None:
    assert service.begin_look(now())
    change(seen_at=now() - timedelta(minutes=9))
    assert not service.begin_look(now())
    change(seen_at=now() - timedelta(minutes=11))
    assert service.begin_look(now())
    service.go_on(now())
    assert not service.begin_look(now())


def test_storage_page_is_for_admins(app: Flask, member: User, admin: User) -> None:
    PageClient(app, member).get("/settings/storage", status=403)
    page = PageClient(app, admin).get("/settings/storage")
    assert "Not counted yet" in page.text
    assert "No problems" in page.text
    limits = words_of(page.find("#limits"))
    assert "One upload 500 MB" in limits
    assert "Jobs made at once 1,000" in limits


def test_problems_show_on_the_page_and_in_the_metrics(app: Flask, admin: User) -> None:
    service.begin_look(now())
    findings = Findings()
    findings.add_problem("orphan", "notes <b>of ours</b>.txt", 2_500_000)
    findings.add_problem("missing", "jobs/7/aaaaaaaaaaaaaaaa/bundle")
    findings.files["jobs"], findings.size_bytes["jobs"] = 12, 3_400_000_000
    service.end_look(findings)
    page = PageClient(app, admin).get("/settings/storage")
    assert [row["data-problem"] for row in page.select("tr[data-problem]")] == [
        "missing", "orphan",
    ]  # fmt: skip
    assert "notes <b>of ours</b>.txt" in page.text
    assert "3.4 GB" in page.text
    metrics = app.test_client().get("/metrics").get_data(as_text=True)
    assert 'trainyard_file_problems{kind="orphan"} 1\n' in metrics
    assert 'trainyard_file_problems{kind="missing"} 1\n' in metrics


def test_what_is_used_is_said_to_be_of_the_last_look(app: Flask, admin: User) -> None:
    pages = PageClient(app, admin)

    def words() -> str:
        return words_of(pages.get("/settings/storage").find("main"))

    assert "as of" not in words()
    service.begin_look(now())
    service.end_look(Findings())
    noon = now().replace(hour=12, minute=0) - timedelta(days=1)
    change(finished_at=noon)
    assert re.search(r"Used as of \d+ \w+( \d+)?, 12:00 UTC", words())
    assert "What was added or deleted since then is not in these figures" in words()
    assert re.search(r"counted anew at about [^.]*, 13:00 UTC", words())
    ask_for_look()  # as a deletion does
    assert re.search(r"counted anew at about [^.]*, 12:10 UTC", words())
    # While the next look goes on, the numbers are still those of the one before.
    change(started_at=now() - timedelta(minutes=2), finished_at=None)
    assert "Used as of before " in words()
    assert "they are being counted anew, since " in words()


def test_first_files_that_came_since_the_last_look_are_not_counted_yet(
    app: Flask, admin: User
) -> None:
    pages = PageClient(app, admin)

    def of_datasets() -> str:
        row = pages.get("/settings/storage").select("table tbody tr")[0]
        return words_of(row)

    service.begin_look(now())
    service.end_look(Findings())
    assert of_datasets() == "Datasets 0 files 0 bytes"
    make_dataset(admin)
    assert of_datasets() == "Datasets not counted yet – no value"
    change(started_at=now() + timedelta(minutes=1), finished_at=now() + timedelta(minutes=2))
    assert of_datasets() == "Datasets 0 files 0 bytes"


def test_page_says_when_there_is_no_room(app: Flask, admin: User) -> None:
    pages = PageClient(app, admin)
    assert "are refused" not in pages.get("/settings/storage").text
    settings = app.config["SETTINGS"]
    object.__setattr__(settings, "reserve_bytes", 10**18)
    assert "new jobs are refused" in pages.get("/settings/storage").text


def test_check_files_prints_problems_and_changes_nothing(app: Flask) -> None:
    runner = app.test_cli_runner()
    done = runner.invoke(args=["check-files"])
    assert (done.exit_code, done.output.strip()[:8]) == (0, "0 files:")
    job = make_succeeded_job()
    strange = keys.job_artefact(job.id, "cc" * 8, "bundle")
    get_storage().write(strange, io.BytesIO(b"x"))
    with writing() as session:
        row = session.get_one(type(job), job.id)
        row.results_key = keys.job_artefact(job.id, "dd" * 8, "results")
    done = runner.invoke(args=["check-files"])
    assert done.exit_code == 1
    assert f"missing  {row.results_key}" in done.output
    assert "1 missing, 0 not known" in done.output  # young files may yet be named
    path = app.config["SETTINGS"].home / "files" / strange
    os.utime(path, (0, 0))
    done = runner.invoke(args=["check-files"])
    assert f"orphan   {strange}  1 bytes" in done.output
    assert path.exists()
    assert db.session.get(FileLook, 1) is None


def test_a_look_is_soon_where_files_were_deleted(app: Flask, admin: User) -> None:
    pages, soon = PageClient(app, admin), now() + timedelta(minutes=11)
    first, second = make_succeeded_job(admin), make_succeeded_job(admin)
    pages.sure(f"/jobs/{first.id}/delete")  # before the first look nobody asks
    assert service.begin_look(now())
    pages.sure(f"/jobs/{second.id}/delete")
    service.end_look(Findings())  # it may have counted the files before they went
    assert not service.begin_look(now() + timedelta(minutes=9))
    assert service.begin_look(soon)
    service.end_look(Findings())
    assert not service.begin_look(soon)


def test_deleted_datasets_and_uploads_ask_for_a_look(app: Flask, member: User) -> None:
    upload = make_dataset(member, saved_at=None)
    make_dataset(member, deleted_at=now() - timedelta(hours=1))
    for forget in (lambda: purge_deleted(before=now()), lambda: forget_upload(upload.id)):
        service.begin_look(now() + timedelta(days=1))
        change(finished_at=now(), found={})
        assert forget()
        assert service.begin_look(now() + timedelta(minutes=11))
