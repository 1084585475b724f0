"""What was found in a file, in words that fit a dataset that is saved.

The reader's words name a card that only the check page has, and stand so in the records of
datasets that are there already.
"""

ON_THE_CHECK_PAGE = ' under "How we read the file"'
AS_A_VERSION = " when you upload the file again as a new version"


def as_kept(message: str) -> str:
    """Return a message with the way that a saved dataset has to what it tells to choose."""
    return message.replace(ON_THE_CHECK_PAGE, AS_A_VERSION)
