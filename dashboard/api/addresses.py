"""A dataset from an address, within ``POST /datasets``: as JSON, or as a field of the form."""

from collections.abc import Mapping
from typing import Any

from flask import request

from dashboard.api import upload_schemas
from dashboard.api.auth import current_user
from dashboard.bodies import json_body
from dashboard.datasets.check.options import parse_options, parse_values
from dashboard.datasets.upload.addresses import create_from_address
from dashboard.datasets.version import versions
from dashboard.db import Dataset
from dashboard.errors import ValidationFailed


def dataset_from_address() -> Dataset | None:
    """Have the file of an address fetched; None when this request brings a file.

    Raises
    ------
    ValidationFailed
        When the address cannot be used, or there is a file as well.
    """
    fields: Mapping[str, Any]
    user = current_user()
    if request.is_json:
        body = upload_schemas.AddressRequest.model_validate(json_body()).model_dump()
        fields, options = body, parse_values(body)
    elif request.form.get("address"):
        if request.files.get("file"):
            raise ValidationFailed({"address": "Send either a file or an address"})
        fields, options = request.form, parse_options(request.form)
    else:
        return None
    return create_from_address(
        user=user,
        address=fields["address"],
        options=options,
        save=True,
        name=fields.get("name"),
        family_id=versions.family_of(user, fields.get("version_of")),
    )
