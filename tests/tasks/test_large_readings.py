"""Large files are read beside the other chores, and what looks for a reading finds both kinds."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from dashboard.chores.service import (
    LANES,
    READ,
    READ_LARGE,
    READS,
    add_chore,
    claim_next_chore,
    recover_stale_chores,
)
from dashboard.clock import now
from dashboard.datasets.reading import LARGE_BYTES, ask_reading
from dashboard.datasets.upload.discarding import forget
from dashboard.datasets.upload.uploads import create_upload
from dashboard.db import Chore, Dataset, User
from dashboard.db.states import ATTEMPTS_OF_ANY_KIND
from dashboard.db.transaction import writing
from dashboard.extensions import db
from dashboard.queue import LIGHT
from tests.factories import make_dataset, make_user
from tests.product import Parts, base_environ, free_port, wait_for
from tests.uploads import stored

WIDE = 20_000


@pytest.mark.usefixtures("no_broker")
@pytest.mark.parametrize(
    ("name", "size", "kind"),
    [
        ("a.csv", LARGE_BYTES - 1, READ),
        ("a.csv", LARGE_BYTES, READ_LARGE),
        ("a.csv.gz", LARGE_BYTES // 100, READ),
        ("A.CSV.GZ", LARGE_BYTES // 10, READ_LARGE),
        ("a.parquet", LARGE_BYTES // 10, READ_LARGE),
    ],
)
def test_the_size_of_a_file_chooses_the_lane(
    any_app: Flask, name: str, size: int, kind: str
) -> None:
    dataset = make_dataset(
        state="reading", file_name=name, size_bytes=size, original_key="datasets/1/a/original"
    )
    with writing() as session:
        ask_reading(session, session.get_one(Dataset, dataset.id))
    claim = claim_next_chore(worker="light", lane=LANES.get(kind))
    assert claim is not None
    assert (claim.kind, claim.subject_id) == (kind, dataset.id)


@pytest.mark.usefixtures("no_broker")
@pytest.mark.parametrize("kind", READS)
def test_an_upload_that_is_read_is_discarded_with_its_chore(any_app: Flask, kind: str) -> None:
    upload = make_dataset(state="reading", saved_at=None)
    with writing() as session:
        add_chore(session, kind, upload.id)
    assert forget(upload.id)
    assert db.session.query(Chore).count() == 0


@pytest.mark.usefixtures("no_broker")
def test_one_reading_that_is_given_up_leaves_it_to_the_other(any_app: Flask) -> None:
    """As while a new version starts, that asks for another kind of the same file."""
    dataset, given_up = make_dataset(state="reading"), list[str]()
    with writing() as session:
        for kind in READS:
            add_chore(session, kind, dataset.id)
    assert claim_next_chore(worker="light")
    with writing() as session:
        chore = session.query(Chore).filter_by(state="running").one()
        chore.attempt = ATTEMPTS_OF_ANY_KIND
    recover_stale_chores(before=now(), give_up=lambda _s, kind, *_: given_up.append(kind))
    assert given_up == []


@pytest.fixture
def light(tmp_path: Path, home: Path, environ: dict[str, str]) -> Iterator[None]:
    """A broker and a light worker."""
    (home / "sqs_port").write_text(str(free_port()))
    environ |= base_environ(home, HEARTBEAT_S="0.5")
    parts = Parts(tmp_path, environ)
    try:
        parts.broker()
        parts.worker("light", LIGHT)
        yield
    finally:
        parts.stop()


def upload(user: User, folder: Path, name: str, text: str) -> int:
    path = folder / name
    path.write_text(text)
    with path.open("rb") as stream:
        return create_upload(user=user, file_name=name, stream=stream).id


def state_of(upload_id: int) -> Callable[[], tuple[str, str | None]]:
    def look() -> tuple[str, str | None]:
        db.session.rollback()
        db.session.expire_all()
        found = stored(upload_id)
        return found.state, found.message

    return look


@pytest.mark.broker
@pytest.mark.usefixtures("light")
def test_a_small_file_is_ready_while_a_large_one_is_read(app: Flask, tmp_path: Path) -> None:
    user = make_user()
    names = ",".join(f"column_{n}" for n in range(WIDE))
    rows = "\n".join(",".join(f"{n}.{row}" for n in range(WIDE)) for row in range(300))
    large = state_of(upload(user, tmp_path, "large.csv", f"{names}\n{rows}\n"))
    wait_for("it is being read", lambda: "Waiting" not in (large()[1] or ""))
    small = state_of(upload(user, tmp_path, "small.csv", "a,b\n1,2\n3,4\n"))
    wait_for("the small one is read", lambda: small()[0] == "ready")
    assert large()[0] == "reading"
