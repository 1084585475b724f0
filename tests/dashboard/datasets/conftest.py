"""A bucket for the tests of uploads."""

from tests.storages import s3_server

__all__ = ["s3_server"]
