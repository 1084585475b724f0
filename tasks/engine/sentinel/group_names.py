"""Which columns are called as what rows belong to, such as patients and customers."""

import re
from collections.abc import Mapping
from typing import Any

NAMED_LIKE_A_GROUP = re.compile(
    r"(^|[_\s-])(id|ids|nr|uuid|key|patient|subject|participant|person|user|customer|client|member|"
    r"account|household|family|device|machine|sensor|engine|vehicle|store|shop|session|visit|"
    r"site|hospital|school|plate|batch|lot|run|animal|player|driver|plot|group)"
    r"(e?s)?([_\s-]?(id|no|nr)s?)?$",
    re.IGNORECASE,
)
# Numbers of a column so called say how many there are, not which.
NAMED_LIKE_A_COUNT = re.compile(
    r"(^|[_\s-])((runs|visits|sessions|members|persons|accounts|vehicles)$|"
    r"(n|num|number|total|count)[_\s-].*s$)",
    re.IGNORECASE,
)
# Fewer groups, or of fewer rows on average, tell nothing.
LEAST_GROUPS, LEAST_SIZE = 10, 2.0


def is_named_like_a_group(column: Mapping[str, Any]) -> bool:
    """Tell whether a name says "these belong together"; numbers of runs or visits are counts."""
    if column["kind"] == "number" and NAMED_LIKE_A_COUNT.search(column["name"]):
        return False
    return NAMED_LIKE_A_GROUP.search(column["name"]) is not None
