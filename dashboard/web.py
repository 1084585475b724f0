"""What holds for every request: who may come in, security headers, request ids, proxies.

Error pages are in `error_pages.py`, what the page's frame shows in `shell.py`, health in
`health.py`. Everything needs an account unless its endpoint is named in `PUBLIC`.
"""

import logging
import re
import secrets
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from typing import Any, TypeVar

from flask import (
    Flask,
    Response,
    current_app,
    g,
    has_request_context,
    redirect,
    request,
    url_for,
)
from flask.logging import default_handler
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from flask_login import current_user
from werkzeug.exceptions import Unauthorized
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response as AnyResponse

from dashboard import bodies, dev, error_pages, health, shell, static_files
from dashboard.auth.sessions import load_user, split_address
from dashboard.config import Settings
from dashboard.errors import Forbidden
from dashboard.extensions import login_manager

View = TypeVar("View", bound=Callable[..., Any])

# What may be opened without an account. Everything else asks for one.
PUBLIC = frozenset(
    {
        *static_files.ENDPOINTS, "auth.login", "auth.setup", "auth.reset", "settings.switch_theme",
        "health.healthz", "health.readyz", "health.metrics",
    }
)  # fmt: skip

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; object-src 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
SESSION_LIFETIME = timedelta(days=14)


class SessionCookies(SecureCookieSessionInterface):
    """Session cookies that are Secure whenever the request came by HTTPS.

    A static file is the same for everybody: it brings no cookie, and does not vary with it. Else
    browsers ask for all of them again with each page, as each page renews the cookie.
    """

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Write the cookie of an answer, but of a static file."""
        if not static_files.is_shared(response):
            super().save_session(app, session, response)

    def get_cookie_secure(self, app: Flask) -> bool:
        """Tell whether the cookie may travel by HTTPS only."""
        return request.is_secure


def init_app(app: Flask) -> None:
    """Set up everything that holds for every request."""
    settings: Settings = app.config["SETTINGS"]
    # Cookies know no ports: installations on one host must not overwrite each other's.
    installation = sha256(settings.secret_key.encode()).hexdigest()[:8]
    app.config.update(
        SESSION_COOKIE_NAME=f"trainyard_{installation}",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=SESSION_LIFETIME,
    )
    app.session_interface = SessionCookies()
    if settings.trusted_proxies:
        n = settings.trusted_proxies
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=n, x_proto=n, x_host=n
        )
    login_manager.user_loader(load_user)
    bodies.init_app(app)
    # Before the CSRF check, which reads the form: who is refused gets nothing read. The id comes
    # first of all, so that every refusal has a reference.
    checks = app.before_request_funcs.setdefault(None, [])
    checks[:0] = [begin_request, require_account, require_role, bodies.prepare_upload]
    checks.append(bodies.check_query_and_form)
    app.after_request(add_headers)
    _log_with_request_ids()
    app.register_blueprint(health.blueprint)
    app.register_blueprint(shell.blueprint)
    app.register_blueprint(dev.blueprint)
    app.context_processor(shell.context)
    error_pages.init_app(app)


def begin_request() -> None:
    """Give the request its id; a proxy that is trusted may have given one."""
    given = request.headers.get("X-Request-ID", "")
    is_trusted = bool(request.environ.get("werkzeug.proxy_fix.orig"))
    is_usable = re.fullmatch(r"[A-Za-z0-9-]{4,64}", given)
    g.request_id = given if is_trusted and is_usable else secrets.token_hex(4).upper()


def require_account() -> AnyResponse | None:
    """Send who is not signed in to the sign-in; parts of a page get 401 and stay as they are."""
    if request.endpoint in PUBLIC or current_user.is_authenticated:
        return None
    if request.path.startswith("/api/"):
        return None  # programs show a token: dashboard.api asks for it
    if "HX-Request" in request.headers or not _wants_page():
        raise Unauthorized
    return redirect(url_for("auth.login", next=_way_back()))


def _wants_page() -> bool:
    best = request.accept_mimetypes.best_match(["text/html", "application/json"], "text/html")
    return best == "text/html" and not request.path.startswith("/_live/")


def _way_back() -> str | None:
    """Return the page to come back to after signing in, None for the first one."""
    if request.method in {"GET", "HEAD"}:
        path = request.full_path.rstrip("?")
    else:  # the page that held the form
        from_page = split_address(request.referrer or "")
        is_own = from_page.netloc == request.host
        path = f"{from_page.path}?{from_page.query}".rstrip("?") if is_own else "/"
    return None if path == "/" else path


def requires(role: str) -> Callable[[View], View]:
    """Let only people with `role`, or a stronger one, into a route; `require_role` sees to it."""

    def decorate(view: View) -> View:
        view.required_role = role  # type: ignore[attr-defined]
        return view

    return decorate


def require_role() -> None:
    """Raise `Forbidden` unless the person has the role that the route requires."""
    view = current_app.view_functions.get(request.endpoint or "")
    role = getattr(view, "required_role", None)
    if role and not current_user.has_role(role):
        raise Forbidden(
            f"This needs the role {role}; yours is {current_user.role}. An admin can change it"
        )


def add_headers(response: Response) -> Response:
    """Add the security headers, the request's id, and who may keep a copy."""
    for name, content in HEADERS.items():
        response.headers.setdefault(name, content)
    if g.get("connect_to"):  # of a page whose script sends files to a bucket
        policy = POLICY.replace("connect-src 'self'", f"connect-src 'self' {g.connect_to}")
        response.headers["Content-Security-Policy"] = policy
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    response.headers["X-Request-ID"] = g.get("request_id", "-")
    if request.endpoint in static_files.ENDPOINTS:
        response.headers["Cache-Control"] = static_files.how_long(response)
        static_files.pack(response)
    else:
        response.headers.setdefault("Cache-Control", "no-store")
        static_files.name_prefetched(response)
    return response


class RequestIds(logging.Filter):
    """Put the request's id into every line of the log."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Add the attribute `request_id`; every record passes."""
        record.request_id = g.get("request_id", "-") if has_request_context() else "-"
        return True


def _log_with_request_ids() -> None:
    if not any(isinstance(f, RequestIds) for f in default_handler.filters):
        default_handler.addFilter(RequestIds())
        default_handler.setFormatter(
            logging.Formatter("%(asctime)s %(levelname)s %(name)s [%(request_id)s] %(message)s")
        )
