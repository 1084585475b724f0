"""Windows that a page is looked at in, with the theme of each."""

import pytest

# Each width and each theme once: what one theme hides at one width alone is left to
# `make test-all`.
SIZES = [
    pytest.param(1440, "light", id="1440-light"),
    pytest.param(390, "dark", id="390-dark"),
    pytest.param(1440, "dark", id="1440-dark", marks=pytest.mark.long),
    pytest.param(390, "light", id="390-light", marks=pytest.mark.long),
]
