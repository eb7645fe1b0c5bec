"""Who may use the control interface and the console: whom the settings admit, and what a request's head says."""

from __future__ import annotations

from lrs_soap.errors import InvalidSetting
from lrs_soap.server.http_request import Environ, address_of
from lrs_soap.server.whole_request import has_body
from lrs_soap.settings import Settings
from lrs_soap.web.access import Admission, RequestFacts
from lrs_soap.web.token_file import token_in

_FORWARDED = ("HTTP_FORWARDED", "HTTP_VIA")


def admission_of(settings: Settings) -> Admission | None:
    """Whom the settings let use the control interface; None if it is off. Raises InvalidSetting."""
    if settings.control == "off":
        return None
    if settings.control == "loopback":
        return Admission(is_proxied=bool(settings.trusted_proxies))
    if settings.control_token_file is None:
        raise InvalidSetting("control = token needs the file with the token: control_token_file.")
    return Admission(token_in(settings.control_token_file))


def facts_of(environ: Environ, trusted_proxies: frozenset[str]) -> RequestFacts:
    """What the head of a request says that matters for who may ask."""
    address = address_of(environ, trusted_proxies)
    is_through_proxy = environ.get("REMOTE_ADDR") in trusted_proxies
    return RequestFacts(
        method=environ["REQUEST_METHOD"],
        scheme=address.scheme,
        # As it was sent, unless a proxy says better: an address in its place would be one of this machine.
        host=address.host if is_through_proxy else environ.get("HTTP_HOST", ""),
        port=environ["SERVER_PORT"],
        caller=environ.get("REMOTE_ADDR") or "",
        is_forwarded=any(name in _FORWARDED or name.startswith("HTTP_X_FORWARDED") for name in environ),
        origin=environ.get("HTTP_ORIGIN", ""),
        fetch_site=environ.get("HTTP_SEC_FETCH_SITE", ""),
        content_type=environ.get("CONTENT_TYPE") or "",
        has_body=has_body(environ),
        authorization=environ.get("HTTP_AUTHORIZATION", ""),
    )
