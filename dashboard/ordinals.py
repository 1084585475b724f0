"""Places in words."""

ENDS = {1: "st", 2: "nd", 3: "rd"}


def ordinal(place: int) -> str:
    """Return a place in words: ``1st``, ``12th``, ``1,002nd``."""
    end = "th" if place % 100 in {11, 12, 13} else ENDS.get(place % 10, "th")
    return f"{place:,}{end}"
