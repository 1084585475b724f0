"""Who asks for what is tested here."""

import pytest
from flask import Flask

from dashboard.db import User
from tests.factories import make_user


@pytest.fixture
def user(any_app: Flask) -> User:
    return make_user(name="Ana")
