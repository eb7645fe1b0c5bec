"""The requests of a run, each made of the run's seed and its own number alone, so that one can be made again."""

from __future__ import annotations

import random
from dataclasses import dataclass

from fuzz import heads, trees
from tests.kit import spoiled_requests
from tests.kit.every_operation import DECLARED, LEARNER
from tests.kit.soap_messages import LEARNER_SERVICE, LEARNER_SERVICE_R9

KINDS = ("text", "tree", "tree", "head", "bytes")
"""What is spoiled: the text of a message, its tree, the head of a request, or any of its bytes."""

_TEXTS = spoiled_requests.requests()


@dataclass(frozen=True, slots=True)
class SpoiledRequest:
    """A request as it is sent: `kind` is one of KINDS, `operation` what it asked for before it was spoiled."""

    number: int
    kind: str
    operation: str
    is_https: bool
    data: bytes

    @property
    def is_whole(self) -> bool:
        """Whether its head is as it should be, so that it has to be answered."""
        return self.kind in ("text", "tree")


def request_of(seed: int, number: int) -> SpoiledRequest:
    """The request of this number."""
    chance = random.Random(f"{seed}/{number}")
    kind = chance.choice(KINDS)
    operation = chance.choice(list(_TEXTS))
    text = _TEXTS[operation]
    body = text.encode()
    if kind == "text":
        body = spoiled_requests.spoiled(text, chance)
    elif kind == "tree":
        body = trees.changed(text, list(_TEXTS.values()), chance)
    lines = [
        f"POST {LEARNER_SERVICE if operation in LEARNER else LEARNER_SERVICE_R9} HTTP/1.1",
        "Host: localhost",
        "Content-Type: text/xml",
        f'SOAPAction: "{DECLARED[operation].soap_action}"',
        f"Content-Length: {len(body)}",
    ]
    if kind == "head":
        data = heads.changed_head(lines, body, chance)
    else:
        data = "\r\n".join([*lines, "", ""]).encode() + body
        if kind == "bytes":
            data = heads.changed_bytes(data, chance)
    return SpoiledRequest(number, kind, operation, chance.random() < 0.4, data)
