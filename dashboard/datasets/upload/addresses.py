"""Addresses: what admins allow them to begin with, and datasets whose files are fetched."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from dashboard import queue
from dashboard.access import require_admin, require_member
from dashboard.address_rules import (
    BadAddressError,
    is_allowed,
    parse_address,
    parse_prefix,
)
from dashboard.datasets.reading import ask_reading
from dashboard.datasets.service import MAX_NAME, clean_name
from dashboard.datasets.upload.uploads import clean_file_name, stem_of
from dashboard.datasets.version.families import join_family
from dashboard.db import AllowedAddress, Dataset, User
from dashboard.db.lookup import get_by_id
from dashboard.db.transaction import writing
from dashboard.errors import ValidationFailed
from dashboard.extensions import db
from dashboard.room import check_room

MAX_PREFIX = 500
MAX_PREFIXES = 200


def list_allowed() -> Sequence[AllowedAddress]:
    """Return what addresses may begin with, in alphabetical order."""
    return db.session.scalars(select(AllowedAddress).order_by(AllowedAddress.prefix)).all()


def allow_address(*, user: User, prefix: str) -> AllowedAddress:
    """Allow the addresses that begin with a prefix.

    Raises
    ------
    Forbidden
        When the person is no admin.
    ValidationFailed
        When it is no prefix, or is there already.
    """
    require_admin(user)
    try:
        kept = parse_prefix(prefix)
    except BadAddressError as problem:
        raise ValidationFailed({"prefix": str(problem)}) from None
    if len(kept) > MAX_PREFIX:
        raise ValidationFailed({"prefix": f"{MAX_PREFIX} characters are the most"})
    allowed = AllowedAddress(prefix=kept, added_by=user.name[:100])
    try:
        with writing() as session:
            if len(session.scalars(select(AllowedAddress.id)).all()) >= MAX_PREFIXES:
                raise ValidationFailed({"prefix": f"{MAX_PREFIXES} addresses are the most"})
            session.add(allowed)
    except IntegrityError:
        raise ValidationFailed({"prefix": f"{kept} is allowed already"}) from None
    return allowed


def get_allowed(address_id: int) -> AllowedAddress:
    """Return an allowed address.

    Raises
    ------
    NotFound
        When it is not there.
    """
    return get_by_id(AllowedAddress, address_id, "This address is not allowed any more")


def forbid_address(*, user: User, address_id: int) -> str:
    """Allow a prefix no longer, and return it; what was fetched from there stays.

    Raises
    ------
    Forbidden
        When the person is no admin.
    NotFound
        When it is not there.
    """
    require_admin(user)
    with writing() as session:
        allowed = get_allowed(address_id)
        prefix = allowed.prefix
        session.delete(allowed)
    return prefix


def create_from_address(
    *,
    user: User,
    address: str,
    options: Mapping[str, Any] | None = None,
    save: bool = False,
    name: str | None = None,
    family_id: int | None = None,
) -> Dataset:
    """Have the light worker fetch a file and read it.

    Parameters
    ----------
    user : User
        Who asks.
    address : str
        Of ``https`` or ``s3``, below a prefix that an admin allowed.
    options, save, name, family_id
        As of `dashboard.datasets.upload.uploads.create_upload`.

    Returns
    -------
    Dataset
        In state ``reading``. What goes wrong on the way becomes a problem of it.

    Raises
    ------
    Forbidden
        When the person may not upload.
    ValidationFailed
        When it is no address, or not allowed.
    StorageFull
        When there is no room.
    """
    require_member(user)
    try:
        found = parse_address(address)
    except BadAddressError as problem:
        raise ValidationFailed({"address": str(problem)}) from None
    if not is_allowed(found, [allowed.prefix for allowed in list_allowed()]):
        message = f"{found.place} is not below an address that an admin allowed"
        raise ValidationFailed({"address": message}, code="address_not_allowed")
    check_room(0)
    file_name = clean_file_name(found.file_name)
    dataset = Dataset(
        owner_id=user.id,
        name=clean_name(name) if name else clean_name(stem_of(file_name)[:MAX_NAME]),
        file_name=file_name,
        token=secrets.token_hex(8),
        options=dict(options or {}),
        family_id=family_id,
        source={"kind": "address", "address": found.text},
        message="Waiting to be fetched",
    )
    with writing() as session:
        session.add(dataset)
        session.flush()
        if save:
            join_family(session, dataset)
        ask_reading(session, dataset)
    queue.wake(queue.LIGHT)
    return dataset
