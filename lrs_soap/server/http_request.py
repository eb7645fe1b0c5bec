"""Reading a WSGI environment: the address that the caller used, the charset, and the body up to a limit."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from lrs_soap.errors import LrsError
from lrs_soap.rules.values.finding import Finding

if TYPE_CHECKING:
    from lrs_soap.wsdl.endpoint import Answered

Environ = dict[str, Any]

CERTIFICATE_SUBJECT = "SSL_CLIENT_S_DN"
"""The environment's name for the subject of the caller's certificate; mod_ssl uses the same one."""

_BLOCK = 64 * 1024
# zlib's name for gzip, with the largest window.
_GZIP = zlib.MAX_WBITS | 16
# Each takes some time, however little is in it, and eight megabytes hold 400,000 empty ones.
_MOST_MEMBERS = 1000
_LONGEST_CONTENT_TYPE = 1000
_LONGEST_KEPT = 100
# A parameter of a Content-Type: its name, and its value, which may be quoted.
_PARAMETER = re.compile(r""";\s*([^\s;="]+)\s*=\s*("[^"]*"|[^;]*)""")
# No body has a longer Content-Length, and Python refuses to read a number of several thousand digits.
_MOST_DIGITS = 18
# A Host header: a name or an address, and maybe a port.
_HOST = re.compile(r"(?:[A-Za-z0-9._~-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")


HEAD = "lrs_soap.head"
"""The environment's name for its own variables that come from the request's head, as the server has read it."""


HANDS_OVER = "lrs_soap.hands_over"
"""The environment's name for whether the server lets another thread answer: whether it takes HandedOver."""


FOUND = "lrs_soap.found"
"""The environment's name for what another thread has found about the request, where it is asked once more."""


HOLD_BACK = "lrs_soap.hold_back"
"""The environment's name for a function that holds the answer back for so many seconds. No thread waits meanwhile."""


DELIVER = "lrs_soap.deliver"
"""The environment's name for a function that has the answer delivered in another way than as a whole (delivery.py)."""


SENT_AGAIN = "lrs_soap.sent_again"
"""The environment's name for the exchange of a request that the console sends again, which is begun there."""


TURN = "lrs_soap.turn"
"""The environment's name for the turn of the server's loop (turn.py) in which a request is answered."""


class HandedOver(BaseException):
    """What is left of a request is done by another thread. Raised by an application whose server takes it.

    `put` takes what is to be called when that is done, and returns what `Rest.put` does. `rest` is a WSGI application
    that answers the same request from there. Without a `rest`, the application is asked once more, as it was asked
    first, and has `found` under FOUND. `is_large` says whether much memory is held meanwhile. Not an Exception, since
    nobody shall take it for a failure.
    """

    def __init__(
        self,
        put: Callable[[Answered], Callable[[], bool] | None],
        rest: Callable[..., Any] | None,
        *,
        is_large: bool,
        found: object = None,
    ) -> None:
        super().__init__()
        self.put = put
        self.rest = rest
        self.is_large = is_large
        self.found = found


class HttpError(LrsError):
    """The answer is an HTTP error: a status, a sentence in plain text, and headers."""

    def __init__(self, status: str, sentence: str, headers: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(f"{status}: {sentence}")
        self.status = status
        self.sentence = sentence
        self.headers = headers

    @property
    def code(self) -> HTTPStatus:
        """The number of the status."""
        return HTTPStatus(int(self.status[:3]))


@dataclass(frozen=True, slots=True)
class Address:
    """How a caller reached the service: the scheme, the host with its port, and the path of the application."""

    scheme: str
    host: str
    root: str

    @property
    def base(self) -> str:
        """The address to which a site's own path is appended."""
        return f"{self.scheme}://{self.host}{self.root}"


def root_of(environ: Environ) -> str:
    """The path at which a server has mounted the application, quoted for a URL: empty at its root, else like `/lrs`."""
    root = environ.get("SCRIPT_NAME")
    return quote(root, encoding="latin-1") if root else ""


def address_of(environ: Environ, trusted_proxies: frozenset[str]) -> Address:
    """The address that the caller used. If the caller is a trusted proxy, the address that the proxy's caller used."""
    scheme = str(environ["wsgi.url_scheme"])
    host = str(environ.get("HTTP_HOST") or "")
    if environ.get("REMOTE_ADDR") in trusted_proxies:
        scheme = _first(environ.get("HTTP_X_FORWARDED_PROTO")) or scheme
        host = _first(environ.get("HTTP_X_FORWARDED_HOST")) or host
    if scheme not in ("http", "https"):
        scheme = str(environ["wsgi.url_scheme"])
    if not _HOST.fullmatch(host):
        host = f"{environ['SERVER_NAME']}:{environ['SERVER_PORT']}"
    return Address(scheme, host, root_of(environ))


def caller_of(environ: Environ, trusted_proxies: frozenset[str]) -> str:
    """The address of the caller, by X-Forwarded-For if it came through trusted proxies."""
    caller = str(environ.get("REMOTE_ADDR") or "")
    if caller not in trusted_proxies:
        return caller
    forwarded = str(environ.get("HTTP_X_FORWARDED_FOR") or "").split(",")
    # Each proxy adds whom it was called by at the end. What stands before that, the caller may have made up.
    while caller in trusted_proxies and forwarded and (nearer := forwarded.pop().strip()):
        caller = nearer
    return caller


def head_of(environ: Environ) -> Mapping[str, str]:
    """The variables that come from the request's head. They can be kept, other than an environment.

    Another server's environment does not have them apart, so its texts are copied.
    """
    head: Mapping[str, str] | None = environ.get(HEAD)
    return {name: value for name, value in environ.items() if type(value) is str} if head is None else head


def charset_of(environ: Environ) -> str | None:
    """The charset in the Content-Type header, or None if it has none. Raises HttpError if the type is not text/xml."""
    header = str(environ.get("CONTENT_TYPE") or "")
    # A client sends the same few dozen characters each time. Longer headers are not worth caching.
    if len(header) <= _LONGEST_KEPT:
        return _known_charset_in(header)
    if len(header) > _LONGEST_CONTENT_TYPE:
        raise HttpError(
            "415 Unsupported Media Type", f"A Content-Type may have {_LONGEST_CONTENT_TYPE} characters at most."
        )
    return _charset_in(header)


def _charset_in(header: str) -> str | None:
    media_type, separator, parameters = header.partition(";")
    if media_type.strip().lower() != "text/xml":
        raise HttpError("415 Unsupported Media Type", "A request has to be SOAP 1.1 with the content type text/xml.")
    for name, value in _PARAMETER.findall(separator + parameters):
        if name.lower() == "charset":
            return value.strip().strip("'\" ") or None
    return None


_known_charset_in = lru_cache(maxsize=256)(_charset_in)


def check_head(environ: Environ, most: int) -> None:
    """Raise the HttpError with which `charset_of` or `body_of` would refuse a request by its head alone.

    The length of a body in chunks is not known then.
    """
    charset_of(environ)
    _coding_of(environ)
    if environ.get("CONTENT_LENGTH"):
        _length_of(environ, most)


def body_of(environ: Environ, most: int) -> bytes:
    """The request's body, unpacked. Raises HttpError if it has more than `most` bytes, or is not what it says."""
    length = _length_of(environ, most)
    coding = _coding_of(environ)
    stream = environ["wsgi.input"]
    if coding == "identity" and length <= _BLOCK and length <= most:
        body: bytes = stream.read(length)
        if len(body) == length:
            # As nearly every body is.
            return body
        return b"".join((body, *_blocks(stream, length - len(body) if body else 0)))
    blocks = _blocks(stream, length)
    if coding.endswith("gzip"):
        return _joined(_unzipped(blocks), most)
    # No more is read than the length, which only the server knows where it is more than `most`.
    return b"".join(blocks) if length <= most else _joined(blocks, most)


def _length_of(environ: Environ, most: int) -> int:
    """The number of bytes to read: the Content-Length, or one more than `most` if only the server knows the end."""
    length = str(environ.get("CONTENT_LENGTH") or "")
    if not length:
        # A server may hand over a chunked body without its length, if it ends the input where the body ends.
        if "HTTP_TRANSFER_ENCODING" in environ and environ.get("wsgi.input_terminated"):
            return most + 1
        raise HttpError("411 Length Required", "A request has to say how long it is.")
    if not (length.isascii() and length.isdigit()):
        raise HttpError("400 Bad Request", "The Content-Length is not a number of bytes.")
    size = int(length) if len(length) <= _MOST_DIGITS else most + 1
    if size > most:
        raise _too_large(most)
    return size


def _coding_of(environ: Environ) -> str:
    given = environ.get("HTTP_CONTENT_ENCODING")
    if not given:
        return "identity"
    coding = str(given).strip().lower()
    if coding not in ("identity", "gzip", "x-gzip"):
        sentence = Finding(f"The content encoding {coding[:40]!r} is not known.", "The content encoding is not known.")
        raise HttpError("415 Unsupported Media Type", sentence)
    return coding


def _first(header: object) -> str:
    return str(header or "").partition(",")[0].strip()


def _too_large(most: int) -> HttpError:
    return HttpError("413 Content Too Large", f"A request may have {most} bytes at most.")


def _blocks(stream: Any, length: int) -> Iterator[bytes]:
    left = length
    while left > 0:
        block = stream.read(min(left, _BLOCK))
        if not block:
            return
        left -= len(block)
        yield block


def _unzipped(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """The text of one gzip member, or of several, which RFC 1952 makes one text."""
    inflater = zlib.decompressobj(wbits=_GZIP)
    members = 1
    try:
        for block in blocks:
            data = block
            while data:
                if inflater.eof:
                    members += 1
                    if members > _MOST_MEMBERS:
                        raise HttpError(
                            "413 Content Too Large", f"A request may be gzip of {_MOST_MEMBERS} members at most."
                        )
                    inflater = zlib.decompressobj(wbits=_GZIP)
                yield inflater.decompress(data, _BLOCK)
                data = inflater.unconsumed_tail or inflater.unused_data
        yield inflater.flush()
    except zlib.error as error:
        sentence = (
            "The request says that it is gzip, and is not."
            if members == 1
            else "What comes after a gzip member of the request is not gzip."
        )
        raise HttpError("400 Bad Request", sentence) from error
    if not inflater.eof:
        raise HttpError("400 Bad Request", "The request is gzip that ends too early.")


def _joined(blocks: Iterator[bytes], most: int) -> bytes:
    parts = []
    left = most
    for block in blocks:
        left -= len(block)
        if left < 0:
            raise _too_large(most)
        parts.append(block)
    return b"".join(parts)
