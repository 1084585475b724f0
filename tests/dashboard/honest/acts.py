"""What is scored honestly."""

from typing import Any

from dashboard.db import Batch, User
from tests.dashboard.searches.acts import search_to_end


def search(user: User, **asked: Any) -> Batch:
    """Let a search of two candidates come to its end; the best has 0.9."""
    return search_to_end(user, 0.9, 0.8, **asked)
