"""Run every benchmark and print its figures."""

from benchmarks import batches, overhead, pages

if __name__ == "__main__":
    overhead.main()
    pages.main()
    batches.main()
