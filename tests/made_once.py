"""What is the same for each test's app is made once for each process of tests.

Routes, templates and statements depend on the code alone, and making them anew is most of what an
app and its first pages cost.
"""

import fcntl
import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import botocore.session
from argon2 import PasswordHasher
from botocore.loaders import create_loader
from jinja2 import FileSystemBytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import Engine
from sqlalchemy.engine import Dialect
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

from dashboard.auth import passwords

_compile_builder, _compile_rule = Rule._compile_builder, Rule.compile
_builders: dict[tuple[object, ...], Callable[..., tuple[str, str]]] = {}
_rules: dict[tuple[object, ...], tuple[Any, ...]] = {}
_statements: dict[str, tuple[Dialect, LRUCache[Any, Any]]] = {}


def keep_routes() -> None:
    """Keep what is compiled of a route, from now on and for all apps of this process."""
    Rule._compile_builder = _build_once  # type: ignore[method-assign]
    Rule.compile = _compile_once  # type: ignore[method-assign]


def _build_once(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
    key = (rule.rule, tuple(rule._trace), repr(rule.defaults), append_unknown)
    if key not in _builders:
        _builders[key] = _compile_builder(rule, append_unknown)
    return _builders[key]


def _compile_once(rule: Rule) -> None:
    assert rule.map is not None
    place = (rule.map.host_matching, rule.host, rule.subdomain, rule.merge_slashes)
    key = (rule.rule, repr(rule.defaults), *place)
    if key not in _rules:
        _compile_rule(rule)
        _rules[key] = (rule._parts, rule._trace, rule._converters, frozenset(rule.arguments))
    rule._parts, rule._trace, rule._converters, arguments = _rules[key]
    rule.arguments.update(arguments)
    rule._build = _build_once(rule, False).__get__(rule, None)
    rule._build_unknown = _build_once(rule, True).__get__(rule, None)


def keep_statements(engine: Engine) -> None:
    """Let an engine use what others of its kind have compiled; what it says stays its own."""
    name = engine.dialect.name
    if name not in _statements:
        # A dialect learns about its server from its first connection.
        engine.connect().close()
        engine.dispose()
        _statements[name] = engine.dialect, LRUCache(2_000)
    engine.dialect, compiled = _statements[name]
    engine.update_execution_options(compiled_cache=compiled)


@contextmanager
def one_at_a_time(made: Path) -> Iterator[None]:
    """Let one process of tests after the other through a block that makes something for all."""
    with made.with_suffix(".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # until the file is closed
        yield


class KeptTemplates(FileSystemBytecodeCache):
    """The templates, compiled once for all processes of tests and read once by each."""

    def __init__(self, folder: Path) -> None:
        super().__init__(str(folder))
        self._kept: dict[tuple[str, str], Any] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give a template's code, where there is one."""
        key = bucket.key, bucket.checksum
        bucket.code = self._kept.get(key)
        if bucket.code is None:
            super().load_bytecode(bucket)
            self._kept[key] = bucket.code


def hash_fast() -> None:
    """Let the hashes of passwords cost next to nothing; a test holds what they cost otherwise."""
    passwords._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def keep_services() -> None:
    """Keep what botocore reads of AWS's services: each app's first hint would read it anew."""
    botocore.session.create_loader = functools.cache(create_loader)
