"""The query of a list of jobs, from an address or from a field that holds one."""

from urllib.parse import parse_qsl

from werkzeug.datastructures import MultiDict

from dashboard.auth.sessions import split_address


def one_of_each(query: MultiDict[str, str]) -> dict[str, str]:
    """Return each part of a query once; columns and tags that came one by one become one part."""
    found = query.to_dict()
    for name in ("cols", "tag"):
        if name in found:
            found[name] = ",".join(query.getlist(name))
    return found


def query_of(path: str) -> dict[str, str]:
    """Return the query of an address that a form sent along."""
    return one_of_each(MultiDict(parse_qsl(split_address(path).query)))
