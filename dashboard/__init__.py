"""The web application and the domain. This file makes the app and does nothing else."""

import importlib
from pathlib import Path

from flask import Flask

from dashboard.config import Settings, load_settings
from dashboard.db.transaction import prepare_engine
from dashboard.extensions import csrf, db, login_manager, migrate

ROOT = Path(__file__).parent.parent
BLUEPRINTS = (
    "auth", "settings", "overview", "datasets", "jobs", "compare", "models", "workers", "api",
)  # fmt: skip


def create_app(settings: Settings | None = None) -> Flask:
    """Make the Flask app.

    Parameters
    ----------
    settings : Settings, optional
        The settings; read from the environment by default.

    Returns
    -------
    Flask
    """
    settings = settings or load_settings()
    app = Flask(
        __name__,
        template_folder=str(ROOT / "templates"),
        static_folder=str(ROOT / "static"),
    )
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS={"pool_pre_ping": not settings.is_sqlite},
        WTF_CSRF_TIME_LIMIT=None,
    )
    db.init_app(app)
    migrate.init_app(app, db, directory=str(ROOT / "migrations"), render_as_batch=True)
    csrf.init_app(app)
    login_manager.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)
    for name in ("web", "filters", "commands", "run_commands"):
        _init(app, f"dashboard.{name}")
    for feature in BLUEPRINTS:
        _init(app, f"dashboard.{feature}.routes")
    return app


def _init(app: Flask, module_name: str) -> None:
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if not module_name.startswith(error.name or "-"):
            raise
        return
    if hasattr(module, "blueprint"):
        app.register_blueprint(module.blueprint)
    if hasattr(module, "init_app"):
        module.init_app(app)
