"""Run every benchmark and print its figures."""

from benchmarks import batches, claims, estimates, overhead, pages

if __name__ == "__main__":
    for benchmark in (overhead, pages, claims, batches, estimates):
        benchmark.main()
