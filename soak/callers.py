"""Those who ask a server: programs that find, register, update, submit and read, people at the portal, hangers-on."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from contextlib import ExitStack, suppress
from itertools import count

from tests.kit.batch_requests import get_output, new_learner, submit_batch
from tests.kit.every_operation import ask
from tests.kit.person import Person
from tests.kit.portal_learners import find_by_uln as look_for
from tests.kit.running_server import PASSWORD
from tests.kit.soap_messages import (
    LEARNER_SERVICE,
    RawConnection,
    envelope,
    find_by_demographics,
    find_by_uln,
    post,
    register,
    update,
)

_MOST_ERRORS = 20
_BATCH = 20
_POLL_SECONDS = 0.5
_HANGERS_ON = 20
_HANGING_SECONDS = 20.0
_LONGEST_JOB_SECONDS = 120.0

Call = Callable[[], None]


class WrongAnswer(Exception):
    """An answer is not the one that it should be."""


class Tallies:
    """How often each kind of call was made, how long each call took, and what went wrong."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.seconds: dict[str, list[float]] = defaultdict(list)
        self.errors: list[str] = []
        self.error_count = 0

    def made(self, kind: str, call: Call) -> None:
        """Make a call and count it."""
        began = time.monotonic()
        error = None
        try:
            call()
        except Exception as raised:  # whatever it is, the others go on, and it is told in the end
            error = f"{kind}: {type(raised).__name__}: {raised}"
        with self._lock:
            self.seconds[kind].append(time.monotonic() - began)
            if error is not None:
                self.error_count += 1
                if len(self.errors) < _MOST_ERRORS:
                    self.errors.append(error)


class Callers:
    """All who ask a server, each kind in a thread of its own and at its own pace, until they are told to stop."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._numbers = count(1)
        self._batches = count(1)
        self._stops = threading.Event()
        self.tallies = Tallies()

    def run_until(self, moments: Iterable[float], at: Callable[[], None]) -> None:
        """Let everybody ask, call `at` at each of the moments of the monotonic clock, and stop at the last of them."""
        paces: tuple[tuple[str, Call, float], ...] = (
            ("find", self._find, 0.01),
            ("find by demographics", self._find_by_demographics, 0.02),
            ("refused", self._be_refused, 0.2),
            ("register and update", self._register_and_update, 0.05),
            ("record", self._read_record, 0.05),
            ("batch", self._submit_batch, 2.0),
            ("portal", self._visit_portal, 2.0),
            ("hangers-on", self._hang_on, 0.0),
        )
        threads = [threading.Thread(target=self._repeat, args=pace) for pace in paces]
        for thread in threads:
            thread.start()
        try:
            for moment in moments:
                time.sleep(max(0.0, moment - time.monotonic()))
                at()
        finally:
            self._stops.set()
            for thread in threads:
                thread.join()

    def _repeat(self, kind: str, call: Call, pause: float) -> None:
        while not self._stops.is_set():
            self.tallies.made(kind, call)
            self._stops.wait(pause)

    def _find(self) -> None:
        self._expect("WSRC0004", find_by_uln())

    def _find_by_demographics(self) -> None:
        self._expect("WSRC0004", find_by_demographics())
        self._expect("WSRC0001", find_by_demographics(FamilyName="Nobody", GivenName="Atall"))

    def _be_refused(self) -> None:
        self._expect("WSEC0005", find_by_uln(OrgPassword=PASSWORD[::-1]))
        self._expect("WSEC0001", find_by_uln(ULN="1"))

    def _register_and_update(self) -> None:
        letters = str(next(self._numbers)).translate(str.maketrans("0123456789", "abcdefghij"))
        learner = {"GivenName": f"Soak{letters}", "FamilyName": f"Of{letters}"}
        uln = self._expect("WSRC0005", register(**learner), "ULN")
        self._expect("WSRC0006", update(**learner, LastKnownPostCode="TR1 2PR", Gender="1", ULN=uln))

    def _read_record(self) -> None:
        answer = ask(self._url, "GetLearnerLearningEvents")
        if answer.text("ResponseCode") != "WSRC0004":
            raise WrongAnswer(answer.body.decode())

    def _submit_batch(self) -> None:
        first = next(self._batches) * _BATCH
        records = [new_learner(number) for number in range(first, first + _BATCH)]
        job = post(self._url, submit_batch(records)).text("JobID")
        until = time.monotonic() + _LONGEST_JOB_SECONDS
        while (code := post(self._url, get_output(str(job))).text("ResponseCode")) == "WSRC0008":
            if time.monotonic() > until:
                raise WrongAnswer(f"job {job} is not done")
            time.sleep(_POLL_SECONDS)
        if code != "WSRC0009":
            raise WrongAnswer(f"job {job}: {code}")

    def _visit_portal(self) -> None:
        person = Person(self._url, "main")
        person.log_in("oliver.hart")
        if look_for(person).heading != "View Learner Profile":
            raise WrongAnswer(person.text)

    def _hang_on(self) -> None:
        """Connections on which nothing is asked, half a request is, or an answer is hardly read."""
        begun = f"POST {LEARNER_SERVICE} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999\r\n\r\n<half".encode()
        unread = f"GET {LEARNER_SERVICE}?wsdl HTTP/1.1\r\nHost: localhost\r\n\r\n".encode() * 50
        with ExitStack() as stack:
            hanging = [stack.enter_context(RawConnection(self._url)) for _ in range(_HANGERS_ON)]
            for number, connection in enumerate(hanging):
                connection.send((b"", b"GE", begun, unread)[number % 4])
            until = time.monotonic() + _HANGING_SECONDS
            while time.monotonic() < until and not self._stops.wait(1.0):
                for connection in hanging[3::4]:
                    # Whoever reads so slowly may lose the connection.
                    with suppress(OSError):
                        connection.receive(100)

    def _expect(self, code: str, message: str, wanted: str = "ResponseCode") -> str:
        """Ask LearnerService; what the answer has of this name, if its code is the right one."""
        answer = post(self._url, envelope(message))
        if code not in (answer.text("ResponseCode"), answer.text("ErrorCode")):
            raise WrongAnswer(f"not {code}: {answer.body.decode()}")
        return answer.text(wanted) or ""
