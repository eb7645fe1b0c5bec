"""Who may use the control interface and the console: decided by the head of a request alone."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from http import HTTPStatus
from ipaddress import IPv6Address, ip_address

_READING = ("GET", "HEAD")
_DEFAULT_PORTS = {"http": "80", "https": "443"}
# What a browser says of a request that a person or the page's own script makes.
_OWN_SITES = ("same-origin", "none")


@dataclass(frozen=True, slots=True)
class Admission:
    """Whom the operator admits: whoever has the `token`, or without one, whoever asks from this machine.

    `is_proxied` says that the operator has put proxies in front. Then nobody is known to ask from this machine.
    """

    token: str | None = None
    is_proxied: bool = False

    def __repr__(self) -> str:
        return f"<Admission by {'token' if self.token is not None else 'loopback'}>"


@dataclass(frozen=True, slots=True)
class RequestFacts:
    """What the head of a request says that matters here. A header that the request does not have is empty.

    `scheme` and `host` are those that the caller used, `port` is the one that the service listens on. `caller` is the
    address that the connection comes from. `is_forwarded`: it has the header Forwarded, Via or one that begins with
    X-Forwarded-.
    """

    method: str
    scheme: str
    host: str
    port: str
    caller: str
    is_forwarded: bool = False
    origin: str = ""
    fetch_site: str = ""
    content_type: str = ""
    has_body: bool = False
    authorization: str = ""


@dataclass(frozen=True, slots=True)
class AccessRefused:
    """Why a request is not admitted: the HTTP status, and a sentence for the caller."""

    status: HTTPStatus
    sentence: str


def refusal(admission: Admission, asked: RequestFacts) -> AccessRefused | None:
    """Why a request is not admitted; None if it is.

    - With a token: 401 unless the header is `Authorization: Bearer` with the token.
    - Without: 403 where there are proxies, for a request that was forwarded, from another machine, or to a host and
      port that are not this machine's own names and the service's port. That stops a page whose name leads here.
    - In both cases: 403 for a request that a browser makes for another page, by Origin or Sec-Fetch-Site, and 415 for
      a request that writes and whose content is not application/json, which no form of another page can send.
    """
    reason = _not_known(admission, asked) if admission.token is not None else _not_from_here(admission, asked)
    return reason or _for_another_page(asked) or _not_json(asked)


def refusal_of_page(admission: Admission, asked: RequestFacts) -> AccessRefused | None:
    """Why a page of the console is not shown, or its form not taken; None if it is.

    As `refusal`, with two differences: the console itself asks a person for the token, and forms send what forms do,
    for which they have a token of their own.
    """
    reason = None if admission.token is not None else _not_from_here(admission, asked)
    return reason or _for_another_page(asked)


def is_token(admission: Admission, given: str) -> bool:
    """Whether this is the token."""
    # Compared as bytes, because `compare_digest` takes no other text than ASCII.
    return admission.token is not None and hmac.compare_digest(
        given.strip().encode("utf-8", "replace"), admission.token.encode()
    )


def has_token(admission: Admission, asked: RequestFacts) -> bool:
    """Whether a request has the token in its header Authorization."""
    kind, _, given = asked.authorization.strip().partition(" ")
    return kind.lower() == "bearer" and is_token(admission, given)


def _not_known(admission: Admission, asked: RequestFacts) -> AccessRefused | None:
    if has_token(admission, asked):
        return None
    return AccessRefused(HTTPStatus.UNAUTHORIZED, "Give the token of this server as `Authorization: Bearer TOKEN`.")


def _not_from_here(admission: Admission, asked: RequestFacts) -> AccessRefused | None:
    if admission.is_proxied:
        return _forbidden("This server has trusted_proxies, so its control interface needs control = token.")
    if asked.is_forwarded:
        return _forbidden("This request was forwarded by a proxy. Through one, use control = token.")
    if not is_loopback(asked.caller):
        return _forbidden("Only this server's own machine may use its control interface, unless control = token.")
    if not _names_this_machine(asked.host, asked.port, asked.scheme):
        return _forbidden(f"Ask for localhost or 127.0.0.1, with the port {asked.port}.")
    return None


def _for_another_page(asked: RequestFacts) -> AccessRefused | None:
    is_foreign = asked.origin and asked.origin.lower() != f"{asked.scheme}://{asked.host}".lower()
    if is_foreign or (asked.fetch_site and asked.fetch_site.lower() not in _OWN_SITES):
        return _forbidden("A browser asks this for a page of another site.")
    return None


def _not_json(asked: RequestFacts) -> AccessRefused | None:
    if asked.method in _READING or not (asked.has_body or asked.content_type):
        return None
    if asked.content_type.partition(";")[0].strip().lower() == "application/json":
        return None
    return AccessRefused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Send JSON, with the content type application/json.")


def _forbidden(sentence: str) -> AccessRefused:
    return AccessRefused(HTTPStatus.FORBIDDEN, sentence)


def is_loopback(text: str) -> bool:
    """Whether a text is an address by which a machine reaches itself alone."""
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return address.is_loopback


def _names_this_machine(host: str, port: str, scheme: str) -> bool:
    name, colon, given = host.rpartition(":")
    if not colon or host.endswith("]"):
        name, given = host, _DEFAULT_PORTS.get(scheme, "")
    is_bracketed = name.startswith("[") and name.endswith("]")
    return given == port and (name.lower() == "localhost" or is_loopback(name[1:-1] if is_bracketed else name))
