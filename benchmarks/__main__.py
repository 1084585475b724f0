"""Run every benchmark and print its figures."""

from benchmarks import claims, overhead, pages

if __name__ == "__main__":
    overhead.main()
    pages.main()
    claims.main()
