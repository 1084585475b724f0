"""The list of jobs and a comparison in a browser, against MLflow's with as many runs.

``python -m benchmarks.against_mlflow PYTHON [RUNS] [HOME]``. PYTHON is one that has MLflow (``pip
install mlflow``). Both have their own server with SQLite on this machine, and the same Chromium,
1440 by 900; they are measured by turns. Filling MLflow takes minutes; a HOME that is given is
kept, and filled only once. Each figure is a median:

- *list*, *compare*: the address is opened until the names of the jobs can be read, by the page's
  own clock from the navigation: of ours 40 of the 50 rows, of MLflow's list, which draws the rows
  in view alone, 10; of all 50 that are compared. *warm*: in a browser that has been there, *cold*:
  in one that has nothing.
- *compare, whole*: until settings and metrics can be read, too, and each figure in the window is
  drawn: MLflow's has parallel coordinates; ours has no figure of more than 12 jobs, but a verdict.
- *compare 10, with figures*: the same of 10 jobs, of which ours draws scores by fold and by time.
"""

import shutil
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from playwright.sync_api import sync_playwright

from benchmarks.browser_times import Visitor, by_turns
from benchmarks.mlflow_side import serve_mlflow
from benchmarks.our_side import serve_ours
from benchmarks.sides import Side

RUNS, REPEATS = 10_000, 7


def cases(side: Side, visitor: Visitor) -> dict[str, Callable[[], float]]:
    """Return what is measured of one of both, by its name."""
    lists, compared = (side.list_address, side.listed), (side.compare_address, side.compared)
    whole = (side.compare_address, side.compared_whole)
    few = (side.few_address, side.few_with_figures)
    return {
        "list, warm": lambda: visitor.open_warm(*lists),
        "list, cold": lambda: visitor.open_cold(*lists),
        "compare, warm": lambda: visitor.open_warm(*compared),
        "compare, cold": lambda: visitor.open_cold(*compared),
        "compare, whole, warm": lambda: visitor.open_warm(*whole),
        "compare, whole, cold": lambda: visitor.open_cold(*whole),
        "compare 10, with figures, warm": lambda: visitor.open_warm(*few),
        "compare 10, with figures, cold": lambda: visitor.open_cold(*few),
    }


def measure(folder: Path, python: str, runs: int) -> None:
    """Print the milliseconds of both, and how many times as long MLflow takes."""
    with ExitStack() as stack:
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        mlflow = stack.enter_context(serve_mlflow(folder / "mlflow", python, runs, browser))
        ours = stack.enter_context(serve_ours(folder / "ours", runs, browser))
        sides = {"ours": ours, "MLflow": mlflow}
        all_cases = {who: cases(it, Visitor(browser, it.cookies)) for who, it in sides.items()}
        for name in all_cases["ours"]:
            found = by_turns({who: made[name] for who, made in all_cases.items()}, REPEATS)
            times = found["MLflow"] / found["ours"]
            print(f"{name:32} {found['ours']:6.0f} ms, MLflow {found['MLflow']:6.0f} ms: "
                  f"{times:4.1f} times as long", flush=True)  # fmt: skip


def main() -> None:
    """Measure with what the command line says."""
    python, runs, home = (*sys.argv[1:], *(None, None)[len(sys.argv) - 2 :])[:3]
    size = int(runs) if runs else RUNS
    if home:
        measure(Path(home), str(python), size)
        return
    with tempfile.TemporaryDirectory() as name:
        measure(Path(name), str(python), size)


if __name__ == "__main__":
    main()
