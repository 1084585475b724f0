"""200 open pages that poll while nothing trains: what they wait, and how many bytes they get."""

import http.client
import random
import re
import statistics
import tempfile
import threading
import time
from collections import Counter
from html import unescape
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from benchmarks.starts import prepare
from tests.product import PASSWORD, Installation, install

PAGES, WATCH_S, ALLOWED_MS = 200, 60, 200
# A page, what it polls beside the pill, and how often: of every ten pages so many.
KINDS = (("/", "/_live/overview", 30.0, 4), ("/queue", "/_live/queue", 5.0, 2),
         ("/jobs", "/_live/jobs", 15.0, 3), ("/datasets", None, 0.0, 1))  # fmt: skip
PILL = ("/_live/pill", 10.0)
ADDRESS = re.compile(r'hx-get="([^"]+)"')


class OpenPage(threading.Thread):
    """One browser tab: its parts are asked for at their times, with the version it was given."""

    def __init__(self, product: Installation, cookie: str, parts: list[tuple[str, float]]) -> None:
        super().__init__(daemon=True)
        self.port = int(product.environ["PORT"])
        self.cookie = cookie
        self.every = dict(parts)
        self.address = {path: path for path, _ in parts}
        self.waits_ms: list[float] = []
        self.statuses: Counter[int] = Counter()

    def run(self) -> None:
        """Poll until the watch is over; the pages were not all opened at one moment."""
        end = time.monotonic() + WATCH_S
        due = {p: time.monotonic() + random.uniform(0, s) for p, s in self.every.items()}  # noqa: S311
        while True:
            path = min(due, key=due.__getitem__)
            if due[path] > end:
                return
            time.sleep(max(0.0, due[path] - time.monotonic()))
            self._ask(path)
            due[path] += self.every[path]

    def _ask(self, path: str) -> None:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        start = time.perf_counter()
        line.request("GET", self.address[path], headers={"Cookie": self.cookie, "HX-Request": "1"})
        answer = line.getresponse()
        text = answer.read().decode()
        self.waits_ms.append((time.perf_counter() - start) * 1000)
        self.statuses[answer.status] += 1
        if found := ADDRESS.search(text):
            self.address[path] = unescape(found[1])
        line.close()


def find_part(product: Installation, cookie: str, page: str, part: str) -> str:
    """Return the address that a page polls: that of the jobs names the rows it shows."""
    line = http.client.HTTPConnection("127.0.0.1", int(product.environ["PORT"]), timeout=30)
    line.request("GET", page, headers={"Cookie": cookie})
    found = map(unescape, ADDRESS.findall(line.getresponse().read().decode()))
    line.close()
    return next(address for address in found if urlsplit(address).path == part)


def sign_in(product: Installation, email: str, password: str) -> str:
    """Return the cookie of a session."""
    line = http.client.HTTPConnection("127.0.0.1", int(product.environ["PORT"]), timeout=30)
    line.request("GET", "/login")
    answer = line.getresponse()
    token = re.search(r'name="csrf_token" value="([^"]+)"', answer.read().decode())
    cookie = str(answer.headers["Set-Cookie"]).partition(";")[0]
    if token is None:
        raise RuntimeError("the sign-in page has no token")
    body = urlencode({"email": email, "password": password, "csrf_token": token[1]})
    kind = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie}
    line.request("POST", "/login", body, kind)
    answer = line.getresponse()
    if answer.status != 302:
        raise RuntimeError(f"the sign-in answered {answer.status}")
    return str(answer.headers["Set-Cookie"]).partition(";")[0]


def measure(product: Installation, cookie: str) -> tuple[list[float], Counter[int]]:
    """Open the pages, and return every wait in milliseconds and how often each status came."""
    pages = []
    for path, part, every, of_ten in KINDS:
        parts = [PILL]
        if part is not None:
            parts.append((find_part(product, cookie, path, part), every))
        pages += [OpenPage(product, cookie, parts) for _ in range(PAGES // 10 * of_ten)]
    for page in pages:
        page.start()
    for page in pages:
        page.join()
    statuses: Counter[int] = Counter()
    for page in pages:
        statuses += page.statuses
    return [wait for page in pages for wait in page.waits_ms], statuses


def main() -> None:
    """Watch an installation with one training worker that has nothing to do, and print."""
    with tempfile.TemporaryDirectory() as folder, install(Path(folder), 1) as product:
        api, dataset = prepare(product, 1)
        for _ in range(3):
            api.wait_until_over(api.submit(dataset, "GaussianNB", "y_class"))
        cookie = sign_in(product, "bench@example.org", PASSWORD)
        waits, statuses = measure(product, cookie)
    p95 = statistics.quantiles(waits, n=20)[-1]
    print(f"{PAGES} open pages, {len(waits):,} polls in {WATCH_S} s: median "
          f"{statistics.median(waits):.1f} ms, p95 {p95:.1f} ms (to be under {ALLOWED_MS} ms); "
          f"answers {dict(statuses)}")  # fmt: skip
    if set(statuses) - {200, 204} or p95 >= ALLOWED_MS:
        raise SystemExit("too slow, or an error")


if __name__ == "__main__":
    main()
