"""The web application and the domain. This file makes the app and does nothing else."""

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from dashboard.config import Settings

ROOT = Path(__file__).parent.parent
# Each has a `blueprint`, an `init_app(app)`, or both.
PARTS = (
    "web", "static_files", "filters", "preferences", "breaking", "commands", "auth.routes",
    "settings.routes", "overview.routes", "goto.routes", "datasets.routes", "jobs.blueprints",
    "rows.routes", "batches.routes", "compare.routes", "leaderboards.routes", "models.routes",
    "predictions.routes", "recipes.routes", "workers.routes", "notifications.routes", "api.routes",
    "migrating", "slashes",
)  # fmt: skip


def create_app(settings: "Settings | None" = None) -> "Flask":
    """Make the Flask app.

    Parameters
    ----------
    settings : Settings, optional
        The settings; read from the environment by default.
    """
    # Not before: a child needs `dashboard.storage` alone, and would carry all this in its memory.
    from flask import Flask

    from dashboard.config import load_settings
    from dashboard.db.transaction import engine_options, prepare_engine
    from dashboard.extensions import csrf, db, login_manager
    from dashboard.static_files import static_place

    settings = settings or load_settings()
    app = Flask(__name__, template_folder=ROOT / "templates", **static_place())
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(settings),
        WTF_CSRF_TIME_LIMIT=None,
    )
    for extension in (db, csrf, login_manager):
        extension.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)
    for name in PARTS:
        part = import_module(f"dashboard.{name}")
        if hasattr(part, "blueprint"):
            app.register_blueprint(part.blueprint)
        if hasattr(part, "init_app"):
            part.init_app(app)
    return app
