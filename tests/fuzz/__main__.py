"""Fuzz the reader: ``python -m tests.fuzz --minutes 2``; exit code 1 when something is found.

With atheris (Linux, `requirements-fuzz.txt`) the reader's own branches lead the way; without it
seeds are changed at random. What is found is written to `tests/fuzz/found`, where `make test`
reads it from then on.
"""

import argparse
import hashlib
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

FOUND = Path(__file__).parent / "found"
MEMORY_MB = 2_000


def say(text: str) -> None:
    """Print a line."""
    sys.stdout.write(f"{text}\n")


def read_arguments() -> argparse.Namespace:
    """Return the options."""
    parser = argparse.ArgumentParser(prog="tests.fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=2)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--plain", action="store_true", help="without atheris")
    parser.add_argument("--corpus", help="where atheris keeps what leads further")
    return parser.parse_args()


def run_plain(minutes: float, seed: int) -> int:
    """Change seeds at random for some minutes."""
    from tests.fuzz.judging import judge
    from tests.fuzz.seeds import mutate, seeds

    rng, pool, end = random.Random(seed), seeds(), time.monotonic() + 60 * minutes
    n = refused = 0
    while time.monotonic() < end:
        data = mutate(rng, pool)
        n += 1
        try:
            refused += judge(data).refused
        except Exception as broken:  # whatever it is
            name = hashlib.sha256(data).hexdigest()[:12]
            (FOUND / name).write_bytes(data)
            say(f"BROKEN, in tests/fuzz/found/{name}: {type(broken).__name__}: {broken}")
            return 1
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    say(f"{n:,} files, {refused:,} refused, seed {seed}, at most {peak:,} MB: nothing found")
    return int(peak > MEMORY_MB)


def run_guided(minutes: float, seed: int) -> int:
    """Run atheris in a process of its own, which it ends by itself."""
    with tempfile.TemporaryDirectory(prefix="trainyard-fuzz-") as corpus:
        asked = ["--minutes", str(minutes), "--seed", str(seed), "--corpus", corpus]
        return subprocess.run([sys.executable, "-m", "tests.fuzz", *asked], check=False).returncode


def guide(minutes: float, seed: int, corpus: Path) -> None:
    """Let atheris look for branches that no file took so far."""
    import atheris

    with atheris.instrument_imports(include=["tasks.engine", "zipfile", "gzip", "json", "csv"]):
        from tests.fuzz.judging import judge
    from tests.fuzz.seeds import seeds

    def try_one(data: bytes) -> None:
        judge(data)

    for n, data in enumerate(seeds()):
        (corpus / f"{n:03}").write_bytes(data)
    arguments = [
        sys.argv[0], str(corpus), f"-max_total_time={round(60 * minutes)}",
        f"-seed={seed % 2**31}",
        "-max_len=20000", "-timeout=20", f"-rss_limit_mb={MEMORY_MB}",
        f"-artifact_prefix={FOUND}/", "-print_final_stats=1", "-verbosity=0",
    ]  # fmt: skip
    atheris.Setup(arguments, try_one)
    atheris.Fuzz()


def main() -> int:
    """Fuzz, with atheris where it is there."""
    asked = read_arguments()
    if asked.corpus:
        guide(asked.minutes, asked.seed, Path(asked.corpus))
    if not asked.plain:
        try:
            import atheris  # noqa: F401
        except ImportError:
            say("atheris is not installed, so seeds are changed at random")
        else:
            return run_guided(asked.minutes, asked.seed)
    return run_plain(asked.minutes, asked.seed)


if __name__ == "__main__":
    sys.exit(main())
