"""Replace what differs between any two runs by marks."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bench.answers.people import PEOPLE
from bench.answers.request import Request

_ULN = re.compile(rb"(?<![0-9])[1-9][0-9]{9}(?![0-9])")
_TOLD = re.compile(rb"<ULN>([1-9][0-9]{9})</ULN>")
# In the maintenance page it is written as a UUID.
_EXCHANGE = re.compile(rb"\b(?:[0-9a-f]{16}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\b")


class Marks:
    """Puts marks for what is drawn at random, the same ones in the same places of each run.

    A ULN that was issued becomes `(ULN 1)`, `(ULN 2)` and so on, in the order in which they are first told; an
    exchange's id `(exchange)`; the port that is listened on `(port)`.
    """

    def __init__(self, port: int, requests: Iterable[Request]) -> None:
        """`requests` are all requests of the run: a ULN that one of them contains was not issued."""
        self._port = re.compile(rb":%d\b" % port)
        self._known = {uln for request in requests for uln in _ULN.findall(request.body)}
        self._known |= {person["ULN"].encode() for person in PEOPLE}
        self._issued: dict[bytes, bytes] = {}

    def marked(self, answer: bytes, *, issues: bool = False) -> bytes:
        """Return the answer with marks. `issues` says that it may contain newly issued ULNs."""
        if issues:
            for uln in _TOLD.findall(answer):
                if uln not in self._known:
                    self._issued.setdefault(uln, b"(ULN %d)" % (len(self._issued) + 1))
        marked = _ULN.sub(lambda found: self._issued.get(found[0], found[0]), answer)
        return self._port.sub(b":(port)", _EXCHANGE.sub(b"(exchange)", marked))
