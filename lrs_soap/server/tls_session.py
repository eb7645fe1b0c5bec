"""One connection's TLS without its network: bytes that came in, bytes to be sent, and the text in them."""

from __future__ import annotations

import ssl
from contextlib import suppress

from lrs_soap.server.tls import peer_subject

_RECORD_BYTES = 16 * 1024


class TlsSession:
    """The server's side of a TLS connection.

    What `receive`, `seal` and `close` make is kept until `take_output` hands it out, in the order in which it has to
    be sent. A session is used by one thread at a time.
    """

    def __init__(self, context: ssl.SSLContext) -> None:
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_side=True)
        self.is_established = False
        self.subject: str | None = None
        """Whom the caller's certificate names, as RFC 4514 writes it; None before the handshake and without one."""
        self.is_closed_by_peer = False
        self._is_closed = False

    @property
    def has_output(self) -> bool:
        """Whether something has to be sent."""
        return self._outgoing.pending > 0

    def receive(self, data: bytes) -> bytes:
        """The text in bytes from the network, b"" while there is none.

        Raises ssl.SSLError where the handshake fails or a record is broken, ValueError where the certificate's
        subject cannot be read. The output then has the alert that tells the caller.
        """
        self._incoming.write(data)
        try:
            if not self.is_established:
                self._tls.do_handshake()
                self.subject = peer_subject(self._tls)
                self.is_established = True
            return self._text()
        except ssl.SSLWantReadError:
            return b""

    def seal(self, text: bytes | memoryview) -> None:
        """Turn text into records, for `take_output`."""
        self._tls.write(text)

    def close(self) -> None:
        """Add the notice that nothing more will be sent (close_notify); nothing before the handshake is over."""
        if self.is_established and not self._is_closed:
            self._is_closed = True
            # It raises because the caller has not said the same yet, which nobody needs to wait for.
            with suppress(ssl.SSLError):
                self._tls.unwrap()

    def take_output(self) -> bytes:
        """What has to be sent now; the session forgets it."""
        return self._outgoing.read()

    def _text(self) -> bytes:
        parts = []
        try:
            while part := self._tls.read(_RECORD_BYTES):
                parts.append(part)
                if not (self._incoming.pending or self._tls.pending()):
                    # To read on would only raise that there is nothing.
                    break
            else:
                self.is_closed_by_peer = True
        except ssl.SSLZeroReturnError:
            self.is_closed_by_peer = True
        except ssl.SSLWantReadError:
            pass
        return b"".join(parts)
