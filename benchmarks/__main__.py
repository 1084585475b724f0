"""Run every benchmark and print its figures."""

from benchmarks import batches, claims, estimates, idle, overhead, pages, starts, writes

if __name__ == "__main__":
    for benchmark in (overhead, pages, claims, batches, estimates, starts, idle, writes):
        benchmark.main()
