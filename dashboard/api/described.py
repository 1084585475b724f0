"""The API's document for people: operations by what they are about, what they take and give."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from dashboard.api.openapi import make_document

Schema = Mapping[str, Any]
PLACES = {"path": "in the address", "query": "in the query", "header": "a header"}
TYPES = {"integer": "whole number", "string": "text", "boolean": "true or false",
         "object": "object", "null": "null"}  # fmt: skip


@dataclass(frozen=True)
class Field:
    """One value that is sent or answered; `model` names the object that it is or holds."""

    name: str
    where: str
    kind: str
    model: str | None
    is_needed: bool
    words: str


@dataclass(frozen=True)
class Described:
    """One operation. `answer`: the object that it gives; `refusals`: status codes."""

    method: str
    path: str
    words: str
    fields: Sequence[Field]
    body: str | None
    status: str
    answer: str | None
    refusals: Sequence[str]

    @property
    def anchor(self) -> str:
        """Its name within the page."""
        letters = "".join(c if c.isalnum() else "-" for c in self.path)
        return f"{self.method.lower()}{letters}"


@dataclass(frozen=True)
class Shape:
    """One kind of object."""

    name: str
    words: str
    fields: Sequence[Field]


@dataclass(frozen=True)
class Description:
    """The whole of it."""

    address: str
    sections: Mapping[str, Sequence[Described]]
    shapes: Sequence[Shape]


@cache
def describe_api() -> Description:
    """Return the API's description; it is the same as long as the process lives."""
    document = make_document()
    sections: dict[str, list[Described]] = {}
    for path, operations in document["paths"].items():
        about = path.split("/")[1].replace("-", " ").capitalize()
        found = sections.setdefault(about, [])
        found += [_operation(method, path, one) for method, one in operations.items()]
    shapes = [
        Shape(name, schema.get("description", ""), list(_fields(schema, "")))
        for name, schema in sorted(document["components"]["schemas"].items())
    ]
    return Description(document["servers"][0]["url"], sections, shapes)


def _operation(method: str, path: str, one: Mapping[str, Any]) -> Described:
    fields = [
        Field(p["name"], PLACES[p["in"]], *_type(p["schema"]), p["required"],
              p["schema"].get("description", ""))
        for p in one["parameters"]
    ]  # fmt: skip
    status = next(code for code in one["responses"] if code < "400")
    return Described(
        method.upper(), path, one["summary"], fields,
        body=_model_of(one.get("requestBody", {})), status=status,
        answer=_model_of(one["responses"][status]),
        refusals=[code for code in one["responses"] if code >= "400"],
    )  # fmt: skip


def _model_of(part: Mapping[str, Any]) -> str | None:
    """Return the name of what a request or an answer holds; None where it is no object."""
    schemas = (content.get("schema", {}) for content in part.get("content", {}).values())
    return next((_name(schema["$ref"]) for schema in schemas if "$ref" in schema), None)


def _fields(schema: Schema, before: str) -> Iterable[Field]:
    """Yield the fields of an object, those of objects within it behind a point."""
    needed = schema.get("required", ())
    for name, inner in schema.get("properties", {}).items():
        words = str(inner.get("description", ""))
        yield Field(f"{before}{name}", "", *_type(inner), name in needed, words)
        yield from _fields(inner, f"{before}{name}.")


def _type(schema: Schema) -> tuple[str, str | None]:
    """Return what a value is in words, and the object that it is or holds."""
    if "$ref" in schema:
        return _name(schema["$ref"]), _name(schema["$ref"])
    if "anyOf" in schema:
        parts = [_type(part) for part in schema["anyOf"]]
        words = " or ".join(dict.fromkeys(words for words, _ in parts))
        return words, next((model for _, model in parts if model), None)
    if "enum" in schema:
        return f"one of {', '.join(map(str, schema['enum']))}", None
    if schema.get("type") == "array":
        words, model = _type(schema.get("items", {}))
        return f"list of {words}", model
    kind = str(schema.get("type", "object" if "properties" in schema else "any"))
    return TYPES.get(kind, kind), None


def _name(reference: str) -> str:
    return reference.rpartition("/")[2]
