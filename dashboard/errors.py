"""Domain errors: what services and queries raise. They know nothing of HTTP.

`error_pages.py` turns them into pages and `api/errors.py` into JSON; each holds one table.
"""

from collections.abc import Mapping


class DomainError(Exception):
    """Something that a person asked for cannot be done, in words that say why.

    Parameters
    ----------
    message : str
        What is wrong, where, and what to do; shown to the person as it stands.
    code : str, optional
        A stable word for programs; the class's own where none is given.
    fields : Mapping[str, str], optional
        Messages by field name, as the API spells the fields.
    """

    code = "error"

    def __init__(
        self, message: str, *, code: str | None = None, fields: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or type(self).code
        self.fields = dict(fields or {})


class BadRequest(DomainError):
    """The request itself cannot be understood."""

    code = "bad_request"


class Forbidden(DomainError):
    """The person's role does not allow it."""

    code = "forbidden"


class NotFound(DomainError):
    """There is no such thing."""

    code = "not_found"


class Deleted(NotFound):
    """A dataset was deleted a moment ago, and can still be taken back.

    Parameters
    ----------
    message : str
        What it was, and how long it is kept.
    dataset_id : int
        Its number.
    """

    def __init__(self, message: str, *, dataset_id: int) -> None:
        super().__init__(message)
        self.dataset_id = dataset_id


class Conflict(DomainError):
    """The thing's present state does not allow it."""

    code = "conflict"


class TooLarge(DomainError):
    """What was sent is larger than this server takes."""

    code = "too_large"


class ValidationFailed(DomainError):
    """One or more fields hold values that cannot be used."""

    code = "validation_failed"

    def __init__(
        self, fields: Mapping[str, str], message: str | None = None, *, code: str | None = None
    ) -> None:
        words = message or "; ".join(dict.fromkeys(fields.values()))
        super().__init__(words, code=code, fields=fields)


class RateLimited(DomainError):
    """Too many tries in too short a time.

    Parameters
    ----------
    message : str
        The words for the person.
    retry_after_s : int
        Seconds until the next try is allowed.
    """

    code = "rate_limited"

    def __init__(self, message: str, *, retry_after_s: int) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class Unavailable(DomainError):
    """A part that the answer needs (database, storage, worker) does not answer now."""

    code = "unavailable"
