"""The seeded product that the checks of every page share: one server, one sign-in for a module."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from jinja2 import BytecodeCache
from playwright.sync_api import Browser, Page

from dashboard import create_app, queue
from dashboard.config import load_settings
from dashboard.extensions import db
from tests import every_page
from tests.browser.conftest import Watched
from tests.serving import serve

# Pages are looked at in parts, so that each test is short where several share two cores.
SECTIONS = ("datasets", "jobs", "models", "around")
OF_SECTION = {
    "datasets": "datasets", "uploads": "datasets", "leaderboards": "models", "models": "models",
    "predictions": "models", "jobs": "jobs", "batches": "jobs", "compare": "jobs",
}  # fmt: skip
ODD_STATUS = ("404 (NOT FOUND)", "422 (UNPROCESSABLE ENTITY)")


@dataclass(frozen=True)
class Product:
    """The server, what is in it, and how to open a window of who is signed in."""

    address: str
    seeded: every_page.Seeded
    chromium: Browser
    state: Any

    def paths(self, section: str) -> list[str]:
        """Return the addresses of a section's pages."""
        return [
            path for path in self.seeded.paths
            if OF_SECTION.get(path.split("?")[0].split("/")[1], "around") == section
        ]  # fmt: skip

    @contextmanager
    def window(self, *, known: bool = True, **options: Any) -> Iterator[Watched]:
        """Open a window, signed in if it is `known`; what went wrong in it fails at the end."""
        state = self.state if known else None
        context = self.chromium.new_context(storage_state=state, **options)
        window = Watched(context, self.address)
        window.allowed |= set(ODD_STATUS)
        yield window
        window.check()
        context.close()

    def each(self, section: str, **options: Any) -> Iterator[tuple[Watched, Page, str]]:
        """Open the pages of a section, one after the other, in one tab."""
        with self.window(**options) as window:
            for path in self.paths(section):
                yield window, window.go(path), path
        if section == "around":
            with self.window(known=False, **options) as window:
                for path in self.seeded.public_paths:
                    yield window, window.go(path), path


def _serve_seeded(
    database: Path,
    folder: Path,
    templates: BytecodeCache,
    chromium: Browser,
    seed: Callable[[Path], every_page.Seeded],
) -> Iterator[Product]:
    """Serve an app with the records that `seed` makes, in a folder for its files."""
    home = folder / "home"
    home.mkdir()
    shutil.copy(database, home / "trainyard.db")
    app = create_app(load_settings({"TRAINYARD_HOME": str(home)}))
    app.testing = True
    app.jinja_env.bytecode_cache = templates
    with pytest.MonkeyPatch.context() as patch, app.app_context():
        patch.setattr(queue, "wake", lambda name, count=1: True)
        seeded = seed(folder)
        with serve(app) as address:
            yield Product(address, seeded, chromium, _sign_in(chromium, address, seeded))
        db.session.remove()
        db.engine.dispose()


def product_of(seed: Callable[[Path], every_page.Seeded] = every_page.seed) -> Any:
    """Make the fixture ``product`` of a module: a product with the records that `seed` makes."""

    @pytest.fixture(scope="module", name="product")
    def product(
        migrated_sqlite: Path,
        compiled_templates: BytecodeCache,
        chromium: Browser,
        tmp_path_factory: pytest.TempPathFactory,
    ) -> Iterator[Product]:
        folder = tmp_path_factory.mktemp("product")
        yield from _serve_seeded(migrated_sqlite, folder, compiled_templates, chromium, seed)

    return product


def _sign_in(chromium: Browser, address: str, seeded: every_page.Seeded) -> Any:
    context = chromium.new_context()
    Watched(context, address).sign_in(seeded.user)
    state = context.storage_state()
    context.close()
    return state


def faults_of(
    product: Product, section: str, look: Callable[[Page], list[str]], **options: Any
) -> list[str]:
    """Look at each page of a section, and return what is wrong with where it is."""
    return [
        f"{path}: {fault}"
        for _, page, path in product.each(section, **options)
        for fault in look(page)
    ]
