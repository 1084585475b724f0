"""Read a folder of damaged files and count what came of each: right, refused, silently wrong.

``python -m benchmarks.reading FOLDER`` starts a product of its own in a throwaway home and sends
every file through its API; ``--url`` and ``--token`` ask one that runs; ``--direct`` calls the
reader in this process, which takes seconds.
"""

import argparse
import csv
import io
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from benchmarks.reading_cases import Case, load_cases
from benchmarks.reading_product import product
from benchmarks.reading_score import weight_of
from benchmarks.reading_verdicts import VERDICTS, WORST, Outcome, Verdict, judge
from tasks.engine.reader.dialects import ReadOptions
from tasks.engine.table import tables
from tasks.engine.table.tabular import read_table

Read = Callable[[Sequence[tuple[Case, str]]], Iterable[Outcome]]
SHOWN = 40


def read_directly(asked: Sequence[tuple[Case, str]]) -> Iterable[Outcome]:
    """Read files in this process, each with a way to treat bad lines ("" for the default)."""
    for case, bad_lines in asked:
        yield _read(case.path, bad_lines)


def _read(path: Path, bad_lines: str) -> Outcome:
    options = ReadOptions(bad_lines=bad_lines) if bad_lines else ReadOptions()  # type: ignore[arg-type]
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "table.parquet"
        started = time.perf_counter()
        try:
            result = read_table(path, target, file_name=path.name, options=options)
            problems = [problem.as_dict() for problem in result.problems]
            if result.refused or result.dialect is None:
                return Outcome("refused", time.perf_counter() - started, problems)
            out = io.BytesIO()
            tables.write_csv(target, out)
        except Exception as crash:
            took = time.perf_counter() - started
            return Outcome("failed", took, failure=f"{type(crash).__name__}: {crash}")
        took = time.perf_counter() - started
    return Outcome("ready", took, problems, result.dialect.header, table_of(out.getvalue()))


def table_of(content: bytes) -> list[list[str]]:
    """Return the cells of a ``table.csv``."""
    csv.field_size_limit(1 << 30)
    return list(csv.reader(io.StringIO(content.decode("utf-8"), newline="")))


def run(cases: Sequence[Case], read: Read) -> tuple[list[Verdict], list[Verdict]]:
    """Read every file with the defaults, and those refused as ragged again, padded.

    Returns
    -------
    first, second : list of Verdict
        As read with the defaults; and with the second readings in place of the first ones.
    """
    outcomes = read([(case, "") for case in cases])
    first = [judge(case, outcome) for case, outcome in zip(cases, outcomes, strict=True)]
    ragged = [n for n, v in enumerate(first) if "CSV_RAGGED" in v.outcome.codes("error")]
    again = read([(cases[n], "pad") for n in ragged])
    second = list(first)
    for n, outcome in zip(ragged, again, strict=True):
        second[n] = judge(cases[n], outcome)
    return first, second


def report(first: Sequence[Verdict], second: Sequence[Verdict], shown: int = SHOWN) -> None:
    """Print the counts and scores of each family of files, then the worst files."""
    for family in dict.fromkeys(verdict.case.family for verdict in first):
        defaults = [v for v in first if v.case.family == family]
        padded = [v for v in second if v.case.family == family]
        _report_family(family, defaults, padded)
    _report_worst("with the defaults", first, shown)
    changed = [new for old, new in zip(first, second, strict=True) if new is not old]
    _report_worst("ragged, read again padded", changed, shown)


def _report_family(family: str, first: Sequence[Verdict], second: Sequence[Verdict]) -> None:
    print(f"\n{family}: {len(first)} files                defaults  ragged padded")
    counts = [Counter(v.word for v in verdicts) for verdicts in (first, second)]
    for word in VERDICTS:
        if any(count[word] for count in counts):
            print(f"  {word:32} {counts[0][word]:8,} {counts[1][word]:14,}")
    for name, of in (("simple", _simple), ("weighted", _weighted)):
        scores = [of(verdicts) for verdicts in (first, second)]
        if scores[0] is not None and scores[1] is not None:
            print(f"  published score, {name:15} {scores[0]:8.3f} {scores[1]:14.3f}  of 10")
    slowest = max(first, key=lambda v: v.outcome.seconds)
    print(f"  slowest: {slowest.outcome.seconds:.2f} s, {slowest.case.path.name}")


def _simple(verdicts: Sequence[Verdict]) -> float | None:
    scores = [v.score for v in verdicts if v.score is not None]
    return sum(scores) / len(scores) if scores else None


def _weighted(verdicts: Sequence[Verdict]) -> float | None:
    pairs = [(weight_of(v.case.path.name), v.score) for v in verdicts]
    known = [(weight, score) for weight, score in pairs if weight and score is not None]
    total = sum(weight for weight, _ in known)
    return sum(weight * score for weight, score in known) / total if total else None


def _report_worst(what: str, verdicts: Sequence[Verdict], shown: int) -> None:
    bad = sorted((v for v in verdicts if v.word in WORST), key=lambda v: WORST.index(v.word))
    if bad:
        print(f"\nThe worst, {what}: {len(bad)}")
    for verdict in bad[:shown]:
        mark = "" if verdict.score is None else f" [{verdict.score:.2f}]"
        name = f"{verdict.case.family}/{verdict.case.path.name}"
        print(f"  {verdict.word}: {name}{mark}: {verdict.reason[:220]}")
    if len(bad) > shown:
        print(f"  and {len(bad) - shown} more; --shown {len(bad)} shows them")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; 1 when a file was read silently wrong, or crashed or hung."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reading", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--direct", action="store_true", help="read in this process")
    parser.add_argument("--url", default="", help="a product that runs on this machine")
    parser.add_argument("--token", default="", help="of the API of that product")
    parser.add_argument("--only", default="", help="files whose name contains this")
    parser.add_argument("--shown", type=int, default=SHOWN, help="how many bad files are listed")
    asked = parser.parse_args(arguments)
    cases = [case for case in load_cases(asked.folder) if asked.only in case.path.name]
    if not cases:
        print(f"{asked.folder} holds no files of a known shape")
        return 2
    if asked.direct:
        first, second = run(cases, read_directly)
    else:
        with product(asked.url, asked.token) as running:
            first, second = run(cases, running.read)
    report(first, second, asked.shown)
    return int(any(v.word in WORST[:3] for v in [*first, *second]))


if __name__ == "__main__":
    sys.exit(main())
