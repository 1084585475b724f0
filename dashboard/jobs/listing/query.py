"""The query of a list of jobs, from an address or from a field that holds one."""

from collections.abc import Mapping
from urllib.parse import parse_qsl

from flask import Response, make_response, request
from werkzeug.datastructures import MultiDict

from dashboard.auth.sessions import split_address
from dashboard.cookies import keep_choice, kept_choice
from dashboard.filters import url_with
from dashboard.jobs.listing.filtering import CANDIDATES, WITHOUT


def one_of_each(query: MultiDict[str, str]) -> dict[str, str]:
    """Return each part of a query once; columns and tags that came one by one become one part."""
    found = query.to_dict()
    for name in ("cols", "tag"):
        if name in found:
            found[name] = ",".join(query.getlist(name))
    return found


def is_to_fold(query: Mapping[str, str]) -> bool:
    """Tell whether candidates are to be left out though the address does not say so.

    Then this browser was last asked for that; of one batch all are shown.
    """
    is_open = "candidates" not in query and not query.get("batch_id")
    return is_open and kept_choice("candidates", CANDIDATES) == WITHOUT


def url_folded() -> str:
    """Return the page's own address, without candidates."""
    return url_with(candidates=WITHOUT, page=request.args.get("page"))


def answer_list(page: str, query: Mapping[str, str]) -> Response:
    """Answer with the list of jobs; this browser keeps whether candidates were asked for."""
    response = make_response(page)
    keep_choice(response, "candidates", query.get("candidates"), CANDIDATES)
    return response


def query_of(path: str) -> dict[str, str]:
    """Return the query of an address that a form sent along."""
    return one_of_each(MultiDict(parse_qsl(split_address(path).query)))
