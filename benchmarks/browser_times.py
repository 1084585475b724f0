"""How long a person waits in a browser, by the page's own clock."""

import statistics
from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Browser, BrowserContext, Page, StorageState

WINDOW = {"width": 1440, "height": 900}
PATIENCE_MS = 120_000
# A page of which nothing is drawn yet is not asked for its text: that would lay it out once more,
# without its styles. Of figures, at least one must be in view, and each of those must be drawn.
SHOWN = """({words, first, figures, picture}) => {
  const hold = (text) => words.every((word) => text.includes(word));
  if (!performance.getEntriesByType('paint').length) return false;
  if (first && !document.querySelector(first[0])?.innerText.includes(first[1])) return false;
  if (!hold(document.body.textContent)) return false;
  if (figures) {
    const near = [...document.querySelectorAll(figures)]
      .filter((one) => one.getBoundingClientRect().top < innerHeight);
    if (!near.length || !near.every((one) => one.querySelector(picture))) return false;
  }
  return hold(document.body.innerText) && performance.now();
}"""


@dataclass(frozen=True)
class Sight:
    """What a person wants to see.

    Words anywhere on the page; a word in the first element of a selector; figures in the window,
    as a selector of them and one of what each holds once it is drawn.
    """

    words: tuple[str, ...]
    first: tuple[str, str] | None = None
    figures: tuple[str, str] | None = None

    def wait(self, page: Page) -> float:
        """Wait until it is there, and return the milliseconds since the navigation."""
        figures, picture = self.figures or (None, None)
        asked = {"words": self.words, "first": self.first, "figures": figures, "picture": picture}
        seen = page.wait_for_function(SHOWN, arg=asked, timeout=PATIENCE_MS)
        return float(seen.json_value())


def open_once(page: Page, address: str, sight: Sight) -> float:
    """Return the milliseconds from the navigation until the sight is there."""
    page.goto("about:blank")
    page.goto(address, wait_until="commit")
    return sight.wait(page)


class Visitor:
    """Somebody with a browser: one that keeps what it got, or one that is new each time."""

    def __init__(self, browser: Browser, cookies: StorageState) -> None:
        self.browser, self.cookies = browser, cookies
        self.page = self.come().new_page()

    def come(self) -> BrowserContext:
        """Return a browser that was never here and is signed in."""
        return self.browser.new_context(viewport=WINDOW, storage_state=self.cookies)

    def open_warm(self, address: str, sight: Sight) -> float:
        """Open a page in the browser that was here before."""
        return open_once(self.page, address, sight)

    def open_cold(self, address: str, sight: Sight) -> float:
        """Open a page in a browser that has nothing of it."""
        context = self.come()
        try:
            return open_once(context.new_page(), address, sight)
        finally:
            context.close()


def by_turns(times: dict[str, Callable[[], float]], repeats: int) -> dict[str, float]:
    """Return the median of each, taken by turns, so that all meet the same noise.

    The first turn, which fills caches, is left out.
    """
    found: dict[str, list[float]] = {who: [] for who in times}
    for _ in range(repeats + 1):
        for who, measure in times.items():
            found[who].append(measure())
    return {who: statistics.median(seen[1:]) for who, seen in found.items()}
