"""Pages of a file that is checked before it is saved.

The address keeps how the file is read (`options.to_fields`), and which part of its rows is shown.
Opening an address changes nothing: where it asks for another reading than the one that is there,
the page offers that, and the page's module sends the offer at once.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from dashboard.auth.sessions import safe_path
from dashboard.datasets import queries
from dashboard.datasets.check import checking
from dashboard.datasets.check.first_lines import read_first_lines
from dashboard.datasets.check.first_rows import Beginning, Shown, find_first_rows
from dashboard.datasets.check.form import facts_of, form_of, header_line_of, is_csv, tell_markers
from dashboard.datasets.check.options import LAYOUT, layout_of, parse_options, to_fields
from dashboard.datasets.check.questions import FIELD, mark_columns
from dashboard.datasets.check.rejects import misfits_csv, rejects_csv
from dashboard.datasets.check.view import CheckView, Wanted, describe_rows, view_upload
from dashboard.datasets.upload.next_version import changes_since, fields_of_former
from dashboard.datasets.upload.sources import is_unfetched
from dashboard.datasets.upload.uploads import stem_of
from dashboard.db import Dataset
from dashboard.errors import Conflict, DomainError, NotFound, ValidationFailed
from dashboard.live import answer
from dashboard.paging import read_number
from dashboard.web import requires

blueprint = Blueprint("check", __name__)
Answer = Response | str
FIELDS_OF_ROWS = ("q", "rows", "page", "more")


@blueprint.get("/uploads/<int:upload_id>")
def check(upload_id: int) -> Answer:
    """Show a file as it was read, before it is saved. For its owner."""
    try:
        return _check_page(upload_id)
    except NotFound as problem:
        return _refused(upload_id, problem)


def _refused(upload_id: int, problem: DomainError) -> Response:
    """Return the page that says why not, or what became of the upload meanwhile."""
    if isinstance(problem, NotFound):
        elsewhere = _where_it_went(upload_id)
        if elsewhere is None:
            raise problem
        return elsewhere
    if isinstance(problem, ValidationFailed):
        response = make_response(_check_page(upload_id, errors=problem.fields), 422)
    elif isinstance(problem, Conflict):
        response = make_response(_check_page(upload_id, conflict=problem.message), 409)
    else:
        raise problem
    response.headers["HX-Push-Url"] = "false"  # the address stays that of what was read
    return response


def _where_it_went(upload_id: int) -> Response | None:
    """Return the way to what became of an upload, None where there is nothing any more."""
    saved = queries.find_dataset(upload_id)
    if saved is not None:
        # In the address, not in the session: two parts of a page may be told so at once.
        url = url_for("look.detail", dataset_id=upload_id, saved="yes")
    else:
        url = request.full_path
    if "HX-Request" in request.headers:  # a part of a page cannot become another page
        return Response(headers={"HX-Redirect": url})
    return redirect(url, 303) if saved is not None else None


def _check_page(
    upload_id: int, errors: Mapping[str, str] | None = None, conflict: str | None = None
) -> str:
    upload = checking.open_upload(user=current_user, dataset_id=upload_id)
    part = _rows_in(request.form if request.method == "POST" else request.args)
    wanted = Wanted(
        q=part.get("q", ""),
        page=read_number(part.get("page"), 1),
        rows=part.get("rows"),
        more="more" in part,
    )
    first = find_first_rows(upload)
    shown = first or upload
    view = view_upload(shown, wanted, request.form)
    former = queries.find_former(upload)
    fields = {name: text for name, text in (errors or {}).items() if _is_on_page(name)}
    elsewhere = [text for name, text in (errors or {}).items() if name not in fields]
    return render_template(
        "datasets/check.html",
        upload=upload,
        view=view,
        errors=fields,
        conflict=conflict or ". ".join(elsewhere),
        # What was sent and cannot be used is given back to be mended.
        form=form_of(shown, request.form if errors else {}),
        first=first,
        **_of_the_file(upload, shown, view),
        offer={} if errors else _offer(upload),
        rows_text=describe_rows(view.sheet) if view.sheet else "",
        same=queries.find_same_file(sha256=upload.sha256, other_than=upload.id),
        name=request.form.get("name") or stem_of(upload.file_name),
        former=former,
        changes=changes_since(former, upload) if former and upload.state == "ready" else (),
        as_former=fields_of_former(former, upload) if former else {},
        layout=to_fields(upload.options),
        asked_of=mark_columns(upload),
        shown_rows=part,
        links=_links(upload, view, part),
        here=_address(upload, part),
    )


def _of_the_file(upload: Dataset, shown: Shown, view: CheckView) -> dict[str, Any]:
    """Return how the file is read, and what to say where no row of it can be shown."""
    is_refused = upload.state == "refused" or (isinstance(shown, Beginning) and shown.refusal)
    # A line that is to blame is shown by itself.
    has_line = view.bad_lines is not None and bool(view.bad_lines.shown)
    is_unread = is_refused and not view.sheet and not has_line
    return {
        "read_as": facts_of(shown),
        "markers": tell_markers(shown.dialect),
        "header_line": header_line_of(shown),
        "first_lines": read_first_lines(upload) if is_unread else (),
        "is_unfetched": is_unfetched(upload),
        "is_csv": is_csv(shown),
    }


def _is_on_page(name: str) -> bool:
    return name in LAYOUT or name == "name" or name.startswith(FIELD)


def _rows_in(query: MultiDict[str, str]) -> dict[str, str]:
    """Return which part of the rows an address or a form asks for."""
    found = {name: query.getlist(name)[-1] for name in FIELDS_OF_ROWS if name in query}
    return {name: text for name, text in found.items() if text}


def _links(upload: Dataset, view: CheckView, shown: Mapping[str, str]) -> dict[str, str]:
    """Return the addresses of other parts of the rows."""
    page = view.sheet.page if view.sheet else None
    links = {
        "more": _address(upload, {**shown, "more": "1"}),
        "all_columns": _address(
            upload, {n: t for n, t in shown.items() if n not in {"q", "page"}}
        ),
    }
    if page and page.number > 1:
        links["previous"] = _address(upload, {**shown, "page": page.number - 1})
    if page and page.number < page.pages:
        links["next"] = _address(upload, {**shown, "page": page.number + 1})
    return links


def _offer(upload: Dataset) -> dict[str, str]:
    """Return the reading that the address asks for, as fields, unless it is the one that is."""
    asked = {name: request.args[name] for name in LAYOUT if name in request.args}
    if not asked or upload.owner_id != current_user.id:
        return {}
    try:
        options = parse_options(asked)
    except ValidationFailed:
        return {}  # as any filter that is none: it is left aside
    if options == layout_of(upload.options):
        return {}
    return dict.fromkeys(LAYOUT, "") | to_fields(options)


def _address(upload: Dataset, rows: Mapping[str, Any]) -> str:
    """Return the address that says how an upload is read, and which rows are shown."""
    query = {**to_fields(upload.options), **rows}
    return f"{url_for('check.check', upload_id=upload.id)}?{urlencode(query)}"


@blueprint.get("/_live/uploads/<int:upload_id>")
def live_check(upload_id: int) -> Response:
    """Answer how far the reading is. For its owner."""
    try:
        upload = queries.get_upload(user=current_user, dataset_id=upload_id)
    except NotFound:  # saved or discarded in another tab: the page is to find out
        upload = None
    return answer("datasets/_check_progress.html", upload=upload, url=request.path)


@blueprint.post("/uploads/<int:upload_id>")
@requires("member")
def reread(upload_id: int) -> Answer:
    """Read the file again in another way. For its owner."""
    try:
        upload = checking.change_reading(
            user=current_user,
            dataset_id=upload_id,
            form=request.form,
            asked_of=request.form.get("asked_of"),
        )
    except DomainError as problem:
        return _refused(upload_id, problem)
    return redirect(_address(upload, _rows_in(request.form)), 303)


@blueprint.post("/uploads/<int:upload_id>/save")
@requires("member")
def save(upload_id: int) -> Answer:
    """Make the upload a dataset. For its owner."""
    try:
        dataset = checking.save_upload(
            user=current_user,
            dataset_id=upload_id,
            name=request.form.get("name"),
            form=request.form,
            reading=request.form.get("reading", type=int),
            token=request.form.get("token"),
        )
    except DomainError as problem:
        return _refused(upload_id, problem)
    flash(f"Saved {dataset.label if dataset.version > 1 else dataset.name}", "success")
    return redirect(url_for("look.detail", dataset_id=dataset.id), 303)


@blueprint.post("/uploads/<int:upload_id>/discard")
@requires("member")
def discard(upload_id: int) -> Response:
    """Forget the upload. For its owner."""
    try:
        checking.discard_upload(user=current_user, dataset_id=upload_id)
    except NotFound as problem:
        return _refused(upload_id, problem)
    return redirect(safe_path(request.form.get("back") or url_for("uploads.new")), 303)


@blueprint.get("/uploads/<int:upload_id>/rejects.csv")
def download_rejects(upload_id: int) -> Response:
    """Hand out the lines that were left out or mended. For its owner."""
    upload = queries.get_upload(user=current_user, dataset_id=upload_id)
    return rejects_csv(upload, raw=_is_raw())


@blueprint.get("/uploads/<int:upload_id>/problems.csv")
def download_problems(upload_id: int) -> Response:
    """Hand out the cells that disagree with their column. For its owner."""
    upload = queries.get_upload(user=current_user, dataset_id=upload_id)
    return misfits_csv(upload, raw=_is_raw())


@blueprint.get("/datasets/<int:dataset_id>/rejects.csv")
def download_rejects_of_dataset(dataset_id: int) -> Response:
    """Hand out the lines that were left out or mended. For all."""
    dataset = queries.get_dataset(user=current_user, dataset_id=dataset_id)
    return rejects_csv(dataset, raw=_is_raw())


def _is_raw() -> bool:
    return request.args.get("raw", "").lower() in {"true", "1"}
