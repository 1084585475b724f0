"""A dataset from an address, within ``POST /datasets``: as JSON, or as a field of the form."""

from collections.abc import Mapping
from typing import Any

from flask import request

from dashboard.api import requests
from dashboard.api.auth import current_user
from dashboard.bodies import json_body
from dashboard.datasets.addresses import create_from_address
from dashboard.datasets.options import FIELDS, parse_options
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
    if request.is_json:
        fields = requests.AddressRequest.model_validate(json_body()).model_dump()
    elif request.form.get("address"):
        if request.files.get("file"):
            raise ValidationFailed({"address": "Send either a file or an address"})
        fields = request.form
    else:
        return None
    return create_from_address(
        user=current_user(),
        address=fields["address"],
        options=parse_options({name: fields.get(name) for name in FIELDS}),
        save=True,
        name=fields.get("name"),
    )
