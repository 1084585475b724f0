"""Long JSON of a row is read from its text once, and not anew for each page.

What is known of a table's 20,000 columns is 10 MB of text, of which a page shows a hundredth. A
version is never changed, so the same text comes again and again. What it holds is shared by all
who ask for it: nobody may change it where it is, which would not reach the database anyway.
"""

import json
from collections import OrderedDict
from threading import Lock
from typing import Any

LONG_CHARS = 100_000
# Some datasets of 20,000 columns; with its objects about 130 MB in each process of the web.
MOST_CHARS = 24_000_000


class LongJson:
    """Reads JSON, and keeps what was long and asked for last.

    Parameters
    ----------
    most_chars : int
        How long the texts may be together whose content is kept.
    """

    def __init__(self, most_chars: int = MOST_CHARS) -> None:
        self._most_chars = most_chars
        self._chars = 0
        self._kept: OrderedDict[str | bytes, Any] = OrderedDict()
        self._lock = Lock()

    def read(self, text: str | bytes) -> Any:
        """Return what a text holds; of a long one the same object as the last time."""
        if not LONG_CHARS <= len(text) <= self._most_chars:
            return json.loads(text)
        with self._lock:
            if text in self._kept:
                self._kept.move_to_end(text)
                return self._kept[text]
        content = json.loads(text)
        with self._lock:
            if text not in self._kept:
                self._kept[text] = content
                self._chars += len(text)
            while self._chars > self._most_chars:
                former, _ = self._kept.popitem(last=False)
                self._chars -= len(former)
        return content


read_json = LongJson().read
