"""Secrets that travel in links and cookies. The database only ever holds their hash."""

import hashlib
import secrets


def new_token() -> str:
    """256 random bits, safe in a URL."""
    return secrets.token_urlsafe(32)


def sha256_of(token: str) -> str:
    """What is stored of `token`. A plain hash is enough: nobody can guess 256 random bits."""
    return hashlib.sha256(token.encode()).hexdigest()
