"""What pip says while it installs, as a few steps: `make run` would be silent for a minute.

``pip install ... | python deploy/installing.py PACKAGES``. It needs nothing that is yet to come,
and says each step at once, where an awk may wait until it has read a whole block.
"""

import sys
from collections.abc import Iterable, Iterator

STEP = 10  # packages


def steps(lines: Iterable[str], total: int) -> Iterator[str]:
    """Yield a few of the lines that pip says, in other words.

    Parameters
    ----------
    lines : iterable of str
        What pip says.
    total : int
        How many packages there are to come.
    """
    n = 0
    for line in lines:
        if line.startswith("Collecting "):
            n += 1
            if n % STEP == 0:
                yield f"{n} of about {total} packages are here"
        elif line.startswith("Installing collected packages"):
            yield "Unpacking them, about 20 seconds"
        elif line.startswith("Successfully installed"):
            yield "Installed"


if __name__ == "__main__":
    for step in steps(sys.stdin, int(sys.argv[1])):
        sys.stdout.write(f"  {step}\n")
        sys.stdout.flush()
