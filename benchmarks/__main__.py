"""Run every benchmark and print its figures."""

import signal
import sys

from benchmarks import (
    batches,
    claims,
    compare,
    dataset_pages,
    datasets,
    estimates,
    idle,
    model_pages,
    open_pages,
    overhead,
    pages,
    predicting,
    scored_rows,
    search,
    starts,
    uploads,
    writes,
)

if __name__ == "__main__":
    # Asked to stop, it stops the installations that it started, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    for benchmark in (
        overhead,
        pages,
        predicting,
        compare,
        scored_rows,
        dataset_pages,
        model_pages,
        datasets,
        uploads,
        claims,
        batches,
        estimates,
        starts,
        search,
        idle,
        open_pages,
        writes,
    ):
        benchmark.main()
