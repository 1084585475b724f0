"""Passwords: what is accepted, and how one is kept and checked."""

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MIN_LENGTH = 10
# Hashing costs time by design; without a bound a long password would cost any amount of it.
MAX_LENGTH = 200
# An account that was made without a password: it can only be opened by a link.
NO_PASSWORD = "!"  # noqa: S105 - matches no hash

_hasher = PasswordHasher()


def find_fault(password: str) -> str | None:
    """Tell what is wrong with a new password, None when it can be used."""
    if not password:
        return "Enter a password"
    if len(password) < MIN_LENGTH:
        return f"The password has {len(password)} characters; it must have at least {MIN_LENGTH}"
    if len(password) > MAX_LENGTH:
        return f"The password has {len(password)} characters; {MAX_LENGTH} is the limit"
    return None


def hash_password(password: str) -> str:
    """Return the hash that is kept of a password."""
    return _hasher.hash(password)


def is_right(password_hash: str | None, password: str) -> bool:
    """Tell whether a password is the right one; None stands for an account that does not exist."""
    if len(password) > MAX_LENGTH:
        return False
    is_known = password_hash not in {None, NO_PASSWORD}
    kept = password_hash if password_hash and is_known else _hash_of_nobody()
    try:
        return _hasher.verify(kept, password) and is_known
    except (VerificationError, InvalidHashError):
        return False


@cache
def _hash_of_nobody() -> str:
    """Verified for unknown accounts, so that an answer takes as long as for known ones."""
    return _hasher.hash("no account has this password")
