"""People: accounts, their API tokens, and the sign-in attempts that are counted."""

from datetime import datetime

from flask_login import UserMixin
from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from dashboard.clock import now
from dashboard.db.columns import LASTING_IDS, Id, Json, Moment
from dashboard.extensions import Record

ROLES = ("viewer", "member", "admin")
# What a token opens at most, and the role that this is.
SCOPES = {"read": "viewer", "submit": "member", "admin": "admin"}


class User(UserMixin, Record):
    """An account."""

    __tablename__ = "users"
    __table_args__ = LASTING_IDS

    id: Mapped[Id]
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    password_hash: Mapped[str] = mapped_column(String(255))
    role: Mapped[str] = mapped_column(String(10), default="member")
    active: Mapped[bool] = mapped_column(default=True)
    # Raised by one to end every session of the account (new password, disabled).
    session_version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[Moment] = mapped_column(default=now)
    # The columns that the list of jobs shows to them, as in its address; None for those of all.
    job_columns: Mapped[str | None] = mapped_column(String(1000))
    # What was chosen under Settings, by name; see `dashboard.preferences`.
    preferences: Mapped[Json] = mapped_column(default=dict, server_default="{}")
    # The number of the last notification that they were given: a poll asks for nothing else.
    last_notification: Mapped[int] = mapped_column(default=0, server_default="0")

    # The strongest role in this request; of a token with less than all. It is no column.
    at_most = ROLES[-1]

    @property
    def is_active(self) -> bool:
        """Whether the account may sign in; the name that flask-login asks for."""
        return self.active

    @property
    def is_admin(self) -> bool:
        """Whether the account may do everything, in this request."""
        return self.has_role("admin")

    def get_id(self) -> str:
        """Return what a session cookie keeps; it stops being right when the version is raised."""
        return f"{self.id}.{self.session_version}"

    def has_role(self, role: str) -> bool:
        """Tell whether the account's role is `role` or a stronger one, in this request."""
        return min(ROLES.index(self.role), ROLES.index(self.at_most)) >= ROLES.index(role)


class ApiToken(Record):
    """A token for the API; only its hash is kept."""

    __tablename__ = "api_tokens"
    __table_args__ = LASTING_IDS

    id: Mapped[Id]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    prefix: Mapped[str] = mapped_column(String(12))
    # One of `SCOPES`; it never opens more than its owner's role.
    scope: Mapped[str] = mapped_column(String(10), default="admin", server_default="admin")
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[Moment] = mapped_column(default=now)
    expires_at: Mapped[Moment | None]
    last_used_at: Mapped[Moment | None]
    revoked_at: Mapped[Moment | None]

    def is_usable(self, moment: datetime) -> bool:
        """Tell whether the token opens the API at a given moment."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > moment)


class SignIn(Record):
    """A browser in which an account is signed in; `token` stands in its cookie."""

    __tablename__ = "sign_ins"
    __table_args__ = LASTING_IDS

    id: Mapped[Id]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    token: Mapped[str] = mapped_column(String(32), unique=True)
    # In plain words: see `dashboard.auth.sign_ins.name_browser`.
    browser: Mapped[str] = mapped_column(String(60))
    created_at: Mapped[Moment] = mapped_column(default=now)
    # To some minutes. Tidying looks for old ones, every minute.
    seen_at: Mapped[Moment] = mapped_column(default=now, index=True)


class SignInAttempt(Record):
    """A failed sign-in, kept to limit further ones; `key` is an account or an address."""

    __tablename__ = "sign_in_attempts"
    __table_args__ = (Index("ix_sign_in_attempts_key_at", "key", "at"),)

    id: Mapped[Id]
    key: Mapped[str] = mapped_column(String(300))
    at: Mapped[Moment] = mapped_column(default=now, index=True)
