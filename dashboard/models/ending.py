"""What a person is told that goes with a model, before it or its job is deleted."""

from flask import url_for

from dashboard.db import Model
from dashboard.filters import plural
from dashboard.models.deleting import Made


def say_what_goes(model: Model, made: Made) -> list[str]:
    """Say what is gone with a model: its files, its alias, what was predicted with it."""
    goes = [f"Its files: {', '.join(model.offered) or 'none'}"]
    if model.alias:
        goes.append(
            f"Its alias {model.alias}: programs that ask for it get no answer until another "
            "model has it"
        )
    goes.append(f"{made.words} that it made" if made.words else "Nothing was predicted with it")
    return goes


def name_made(made: Made) -> list[tuple[str, str, str]]:
    """Name the last predicted files that go: words, address, and how many rows each has."""
    return [
        (
            one.file_name or f"#{one.id}",
            url_for("predictions.detail", prediction_id=one.id),
            one.state if one.n_rows is None else plural(one.n_rows, "row"),
        )
        for one in made.files
    ]
