"""Between upload and Save: answers, and two tabs that act on one upload."""

import io
import threading
from collections.abc import Callable

import pytest
from flask import Flask

from dashboard.datasets import queries
from dashboard.datasets.check import checking
from dashboard.db import Dataset, User
from dashboard.db.transaction import writing
from dashboard.errors import Conflict, NotFound, ValidationFailed
from dashboard.extensions import db
from dashboard.storage import get_storage, keys
from tests.factories import make_user
from tests.page import PageClient, words_of
from tests.tasks.test_races import PATIENCE_S, door
from tests.uploads import ABOUT_DATES, ABOUT_PRICE, columns_of, finish_reading, make_upload, stored

pytestmark = pytest.mark.usefixtures("no_broker")  # the worker is this test


@pytest.fixture
def owner(any_app: Flask) -> User:
    return make_user()


def choices(upload_id: int) -> object:
    return stored(upload_id).options.get("columns")


def test_saving_applies_what_the_page_proposed(owner: User) -> None:
    """What is checked on the page when Save is pressed is what becomes of the column."""
    upload_id = make_upload(owner).id
    saved = checking.save_upload(
        user=owner, dataset_id=upload_id, name="houses", form={"answer-2": "number"}, reading=1
    )
    assert (saved.state, saved.reading, saved.name) == ("reading", 2, "houses")
    assert choices(upload_id) == {"price": {"kind": "number"}}
    assert queries.find_dataset(upload_id)
    finish_reading(upload_id, columns=columns_of(None))
    assert stored(upload_id).state == "ready"


@pytest.mark.parametrize("answer", ["text", None])
def test_saving_what_was_read_reads_nothing(owner: User, answer: str | None) -> None:
    upload_id = make_upload(owner, columns=columns_of(ABOUT_DATES)).id
    form = {"answer-2": answer} if answer else {}
    saved = checking.save_upload(user=owner, dataset_id=upload_id, name="x", form=form, reading=1)
    assert (saved.state, saved.reading) == ("ready", 1)


@pytest.mark.parametrize(
    ("answer", "choice"),
    [
        ("number", {"kind": "number"}),
        ("text", {"kind": "category"}),  # the kind that it was found to be as text
        ("leave_out", {"use": False}),
    ],
)
def test_an_answer_is_kept_and_shown_again(
    owner: User, any_app: Flask, answer: str, choice: object
) -> None:
    upload_id = make_upload(owner).id
    form = {"answer-2": answer}
    checking.change_reading(user=owner, dataset_id=upload_id, form=form)
    assert choices(upload_id) == {"price": choice}
    finish_reading(upload_id)
    page = PageClient(any_app, owner).get(f"/uploads/{upload_id}")
    assert page.find("#question-2 input[checked]")["value"] == answer
    assert not page.select(".error-summary")
    assert not page.title.startswith("Error")


def test_one_answer_counts_or_one_for_all(owner: User) -> None:
    columns = columns_of()
    columns[3]["question"] = ABOUT_PRICE
    columns[1]["question"] = ABOUT_DATES
    upload_id = make_upload(owner, columns=columns).id
    form = {"answer-1": "%d/%m/%Y", "answer-2": "leave_out", "answer-3": "number"}
    checking.change_reading(user=owner, dataset_id=upload_id, form={**form, "only": "answer-2"})
    assert choices(upload_id) == {"price": {"use": False}}
    finish_reading(upload_id)
    checking.change_reading(user=owner, dataset_id=upload_id, form={**form, "all": "number"})
    assert choices(upload_id) == {"price": {"use": False}, "bedrooms": {"kind": "number"}}


def test_what_was_refused_may_be_tried_once_more(owner: User) -> None:
    """The fault may have been ours, such as a storage that was away."""
    upload_id = make_upload(owner, state="refused", columns=[], options={"delimiter": ";"}).id
    checking.change_reading(user=owner, dataset_id=upload_id, form={"delimiter": ";"})
    found = stored(upload_id)
    assert (found.state, found.reading, found.options) == ("reading", 2, {"delimiter": ";"})


def test_an_answer_that_was_not_offered_is_refused(owner: User) -> None:
    upload_id = make_upload(owner).id
    for form in ({"answer-2": "roman numerals"}, {"answer-2": "%d/%m/%Y"}):
        with pytest.raises(ValidationFailed, match="none of the answers about “price”"):
            checking.change_reading(user=owner, dataset_id=upload_id, form=form)
    assert stored(upload_id).reading == 1


def test_cells_that_would_be_lost_are_not_proposed_to_be_numbers(
    owner: User, any_app: Flask
) -> None:
    upload = make_upload(owner, columns=columns_of(ABOUT_PRICE | {"left": 1, "become": 1}))
    page = PageClient(any_app, owner).get(f"/uploads/{upload.id}")
    assert page.find("#question-2 input[checked]")["value"] == "text"
    words = words_of(page.find("#question-2"))
    assert "1 cell becomes a number ($1,050,000 becomes 1050000)" in words
    assert "1 cell is no number and becomes missing" in words


def test_what_is_saved_is_what_was_seen(owner: User, any_app: Flask) -> None:
    upload = make_upload(owner, reading=2)
    pages = PageClient(any_app, owner)
    page = pages.get(f"/uploads/{upload.id}")
    checking.change_reading(user=owner, dataset_id=upload.id, form={"delimiter": ";"})
    answer = pages.submit(page, {}, form="#check-form", status=409)
    assert "kc_house.csv is still being read" in answer.text
    finish_reading(upload.id)
    answer = pages.submit(page, {"name": "mine"}, form="#check-form", status=409)
    assert "read in another way meanwhile" in answer.text
    assert answer.find("#field-name")["value"] == "mine"
    late = {"answer-2": "text", "asked_of": "other columns"}
    assert "another tab" in pages.post(f"/uploads/{upload.id}", late, status=409).text
    assert stored(upload.id).saved_at is None
    pages.submit(answer, {}, form="#check-form", status=303)
    assert stored(upload.id).saved_at is not None


def test_another_upload_of_the_number_is_not_saved(owner: User, any_app: Flask) -> None:
    upload = make_upload(owner)
    pages = PageClient(any_app, owner)
    page = pages.get(f"/uploads/{upload.id}")
    with writing() as session:  # as after a backup was restored
        session.get_one(Dataset, upload.id).token = "fe" * 8
    answer = pages.submit(page, {"name": "mine"}, form="#check-form", status=409)
    assert "Look at it again" in answer.text
    assert stored(upload.id).saved_at is None


def test_after_save_or_discard_the_other_tab_is_told(owner: User, any_app: Flask) -> None:
    pages = PageClient(any_app, owner)
    saved, gone = make_upload(owner), make_upload(owner)
    checking.save_upload(user=owner, dataset_id=saved.id, name="houses")
    checking.discard_upload(user=owner, dataset_id=gone.id)
    there = f"/datasets/{saved.id}?saved=yes"
    for act in ("", "/save", "/discard"):
        answer = pages.post(f"/uploads/{saved.id}{act}", {"name": "x"}, status=303)
        assert answer.response.headers["Location"] == there
        assert "kc_house.csv is saved as houses" in pages.get(there).text
        missing = pages.post(f"/uploads/{gone.id}{act}", {"name": "x"}, status=404)
        assert "It may have been saved or discarded" in missing.text
    pages.get(f"/uploads/{gone.id}", status=404)
    for upload_id, url in ((saved.id, there), (gone.id, f"/uploads/{gone.id}?q=a")):
        live = pages.live(f"/_live/uploads/{upload_id}")
        assert "data-read" in live.get_data(as_text=True)
        part = pages.live(f"/uploads/{upload_id}?q=a")
        assert part.headers["HX-Redirect"] == url
    assert queries.find_dataset(saved.id)


def test_nobody_elses_upload_is_shown_or_changed(owner: User, any_app: Flask) -> None:
    upload = make_upload(owner)
    pages = PageClient(any_app, make_user())
    pages.get(f"/uploads/{upload.id}", status=404)
    for act in ("", "/save", "/discard"):
        pages.post(f"/uploads/{upload.id}{act}", {"name": "x"}, status=404)
    for name in ("rejects.csv", "problems.csv"):
        pages.get(f"/uploads/{upload.id}/{name}", status=404)
    assert stored(upload.id).saved_at is None


Act = Callable[[User, int], object]
ACTS: dict[str, Act] = {
    "reread": lambda user, n: checking.change_reading(
        user=user, dataset_id=n, form={"delimiter": ";"}
    ),
    "save": lambda user, n: checking.save_upload(user=user, dataset_id=n, name="kept", reading=1),
    "discard": lambda user, n: checking.discard_upload(user=user, dataset_id=n),
}


@pytest.mark.locks
@pytest.mark.parametrize(
    "acts", [("save", "discard"), ("save", "reread"), ("reread", "discard"), ("save", "save"),
             ("discard", "discard")],
)  # fmt: skip
def test_of_two_acts_at_once_one_holds_and_the_other_is_told(
    any_app: Flask, owner: User, acts: tuple[str, str]
) -> None:
    upload = make_upload(owner)
    upload_id, owner_id = upload.id, owner.id
    key = keys.dataset_original(upload_id, upload.token)
    get_storage().write(key, io.BytesIO(b"a,b\n1,2\n"))
    db.session.rollback()
    ends: list[str] = []

    def do(act: str) -> None:
        with any_app.app_context():
            try:
                ACTS[act](db.session.get_one(User, owner_id), upload_id)
                ends.append(act)
            except (NotFound, Conflict):
                ends.append("told")

    with door(threading.Barrier(2)):
        threads = [threading.Thread(target=do, args=(act,)) for act in acts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(2 * PATIENCE_S)
    db.session.rollback()
    found = db.session.get(Dataset, upload_id, populate_existing=True)
    allowed = {("reread", "discard"), ("told", acts[0]), ("told", acts[1])}
    assert len(ends) == 2
    assert tuple(ends) in allowed | {(b, a) for a, b in allowed}
    if "discard" in ends:
        assert found is None
        assert not get_storage().exists(key)
    else:
        assert found is not None
        assert (found.saved_at is not None) == ("save" in ends)
        assert get_storage().exists(key)
