"""The reader of small files, as in the tests of reading."""

from tests.engine.reading.conftest import reader

__all__ = ["reader"]
