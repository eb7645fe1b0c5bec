"""The headers of every page: a browser loads nothing from elsewhere, keeps no copy, and shows the page in no frame."""

from __future__ import annotations

_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
_OTHERS = (
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
    # Addresses have ULNs in them. A form that has to be shown again is found by it.
    ("Referrer-Policy", "same-origin"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
)

PAGE_HEADERS = (("Content-Security-Policy", _POLICY), *_OTHERS)

# With a script that asks this server for what is new.
LIVE_PAGE_HEADERS = (("Content-Security-Policy", f"{_POLICY}; connect-src 'self'"), *_OTHERS)

# Pages show personal data.
NOT_KEPT = ("Cache-Control", "no-store")
