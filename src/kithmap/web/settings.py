"""Django's settings for the pages of one workspace."""

import os
from pathlib import Path
from typing import Any

from kithmap.desk.accounts import web_secret
from kithmap.desk.workspace import Workspace

IDLE_SECONDS = 30 * 60
ABSOLUTE_SECONDS = 12 * 60 * 60
STATIC = Path(__file__).parent / "static"
# Larger than any extract a partner sends; a reverse proxy may set less.
MOST_UPLOADED_BYTES = 300 * 1024 * 1024
MOST_TYPED_BYTES = 2 * 1024 * 1024

# The identity provider of the council, where there is one.
ISSUER, CLIENT, SECRET, NAME = (
    "KITHMAP_OIDC_ISSUER",
    "KITHMAP_OIDC_CLIENT",
    "KITHMAP_OIDC_SECRET",
    "KITHMAP_OIDC_NAME",
)


def provider_name() -> str:
    """What the identity provider is called on the page of signing in; empty where there is none."""
    return os.environ.get(NAME, "your organisation's account") if os.environ.get(ISSUER) else ""


def settle(workspace: Workspace, *, hosts: tuple[str, ...] = (), over_https: bool = False) -> None:
    """Settle Django for a workspace's pages, whatever the register has settled already.

    hosts: the names that the pages are asked for by, besides this machine's own. over_https: cookies go over
        encrypted connections only, as behind a reverse proxy that speaks them.
    """
    from django.conf import settings

    for name, value in _values(workspace, hosts, over_https).items():
        setattr(settings, name, value)
    workspace.register.serve_sessions()


def uploads_of(workspace: Workspace) -> Path:
    """Where files are held while they are being sent up."""
    folder = workspace.folder / "uploads"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def _values(workspace: Workspace, hosts: tuple[str, ...], over_https: bool) -> dict[str, Any]:
    own = [f"https://{host}" for host in hosts if over_https]
    return {
        "SECRET_KEY": web_secret(workspace),
        "ALLOWED_HOSTS": ["127.0.0.1", "localhost", "[::1]", *hosts],
        "ROOT_URLCONF": "kithmap.web.urls",
        "MIDDLEWARE": [
            "kithmap.web.security.headers",
            "kithmap.web.metrics.counted",
            "whitenoise.middleware.WhiteNoiseMiddleware",
            "django.middleware.common.CommonMiddleware",
            "kithmap.web.failures.told",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
        ],
        **_cookies(over_https),
        "CSRF_TRUSTED_ORIGINS": own,
        "CSRF_FAILURE_VIEW": "kithmap.web.failures.form_not_ours",
        "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https") if over_https else None,
        "STATIC_URL": "/static/",
        "STATIC_ROOT": str(STATIC),
        "WHITENOISE_IMMUTABLE_FILE_TEST": r"^/static/.+\.[0-9a-f]{12}\.[a-z]+$",
        "FILE_UPLOAD_TEMP_DIR": os.fspath(uploads_of(workspace)),
        "FILE_UPLOAD_MAX_MEMORY_SIZE": 0,
        "FILE_UPLOAD_HANDLERS": ["kithmap.web.uploads.ToWorkspace"],
        "DATA_UPLOAD_MAX_MEMORY_SIZE": MOST_TYPED_BYTES,
        "DATA_UPLOAD_MAX_NUMBER_FIELDS": 2000,
        "APPEND_SLASH": False,
        "USE_TZ": True,
        "USE_I18N": False,
        "DEBUG": False,
        "LOGGING_CONFIG": None,
    }


def _cookies(over_https: bool) -> dict[str, Any]:
    """Cookies out of reach of scripts and of other sites; over HTTPS bound to this very host."""
    return {
        "SESSION_ENGINE": "kithmap.register.web_sessions",
        "SESSION_COOKIE_NAME": "__Host-kithmap" if over_https else "kithmap",
        "SESSION_COOKIE_AGE": ABSOLUTE_SECONDS,
        "SESSION_COOKIE_SECURE": over_https,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_EXPIRE_AT_BROWSER_CLOSE": True,
        "CSRF_COOKIE_NAME": "__Host-kithmap-form" if over_https else "kithmap-form",
        "CSRF_COOKIE_SECURE": over_https,
        "CSRF_COOKIE_HTTPONLY": True,
        "CSRF_COOKIE_SAMESITE": "Strict",
    }
