"""Run every benchmark and print its figures."""

from benchmarks import estimates, overhead, pages

if __name__ == "__main__":
    overhead.main()
    pages.main()
    estimates.main()
