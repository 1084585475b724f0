"""Run every benchmark and print its figures."""

from benchmarks import idle, overhead, pages, starts, writes

if __name__ == "__main__":
    for benchmark in (overhead, pages, starts, idle, writes):
        benchmark.main()
