"""What was found in a file, in words that fit a dataset that is saved.

The reader's words name a card that only the check page has, and stand so in the records of
datasets that are there already.
"""

from collections.abc import Mapping
from typing import Any

ON_THE_CHECK_PAGE = ' under "How we read the file"'
OTHER_ENCODING = f"choose another encoding{ON_THE_CHECK_PAGE}"
SAVE_AGAIN = "save the file as UTF-8 and upload it again"
AS_A_VERSION = " when you upload the file again as a new version"


def as_predicted(warning: Mapping[str, Any]) -> dict[str, Any]:
    """Return a warning about a file of rows to predict, which is read without a check page."""
    message = warning["message"].replace(OTHER_ENCODING, SAVE_AGAIN)
    return {**warning, "message": message.replace(ON_THE_CHECK_PAGE, "")}


def as_kept(message: str) -> str:
    """Return a message with the way that a saved dataset has to what it tells to choose."""
    return message.replace(ON_THE_CHECK_PAGE, AS_A_VERSION)
