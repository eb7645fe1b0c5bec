"""What the profile asks, of the learners of the starting data."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bench import requests

_GRACE = {
    "ULN": "4170265830",
    "GivenName": "Grace",
    "FamilyName": "Okafor",
    "DateOfBirth": "2005-03-14",
    "Gender": "2",
    "LastKnownPostCode": "LS1 4AP",
    "VerificationType": "1",
    "AbilityToShare": "1",
}
_ONE_OF_TWINS = {
    "GivenName": "Lottie",
    "FamilyName": "Thornbury",
    "DateOfBirth": "2004-06-17",
    "Gender": "2",
    "LastKnownPostCode": "YO31 8RN",
}
_LEARNER_SERVICE, _R9 = "/LearnerService.svc", "/LearnerServiceR9.svc"


@dataclass(frozen=True, slots=True)
class Question:
    """A request that is asked again and again: where, the answer's code, and a function that writes the next one."""

    code: str
    body: Callable[[], str]
    path: str = _LEARNER_SERVICE
    action: str = ""

    def task(self, count: int) -> Mapping[str, object]:
        """The task of asking it so many times, as `bench.profile.answering` reads it."""
        bodies = [self.body() for _ in range(count)]
        return {"path": self.path, "action": self.action, "code": self.code, "bodies": bodies}


def questions() -> Mapping[str, Question]:
    """All of them by name. Those that register or update must be asked in turn, from a new database on."""
    versions = itertools.count(1)

    def update() -> str:
        version = next(versions)
        title = "Ms" if version % 2 else "Dr"
        return requests.update(_GRACE).replace(requests.VERSION, str(version)).replace(requests.TITLE, title)

    def record(get_type: str) -> Question:
        body = requests.learning_events(_GRACE, get_type)
        return Question("WSRC0004", lambda: body, _R9, requests.LEARNING_EVENTS_ACTION)

    return {
        "find by ULN": Question("WSRC0004", lambda: requests.find_by_uln(_GRACE)),
        "demographics": Question("WSRC0004", lambda: requests.find_by_demographics(_GRACE)),
        "two possible": Question("WSRC0003", lambda: requests.find_by_demographics(_ONE_OF_TWINS)),
        "verify": Question("WSVRC001", lambda: requests.verify(_GRACE)),
        "brief record": record("BRIEF"),
        "full record": record("FULL"),
        "update": Question("WSRC0006", update),
        "register": Question("WSRC0005", lambda: requests.register(requests.new_name())),
    }
