"""All pages of jobs: the blueprints of their folders."""

from flask import Flask

from dashboard.jobs import routes
from dashboard.jobs.bulk import routes as bulk_routes
from dashboard.jobs.changing import changed_routes, delete_routes, marking_routes, undo_routes
from dashboard.jobs.explain import routes as explain_routes
from dashboard.jobs.listing import routes as list_routes
from dashboard.jobs.page import routes as part_routes
from dashboard.jobs.preflight import routes as preflight_routes
from dashboard.jobs.threshold import routes as threshold_routes


def init_app(app: Flask) -> None:
    """Add them."""
    for pages in (
        routes, list_routes, bulk_routes, threshold_routes, changed_routes, explain_routes,
        preflight_routes, part_routes, marking_routes, delete_routes, undo_routes,
    ):  # fmt: skip
        app.register_blueprint(pages.blueprint)
