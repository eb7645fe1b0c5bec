"""The other callers while finds are measured: one registers learners, one sends a wrong password."""

from __future__ import annotations

import threading
import time
from types import TracebackType

from bench import learners, requests
from bench.asking import ask
from bench.failure import BenchFailed

_REGISTERS_A_SECOND = 20
_REGISTERS_BEFORE_A_WRONG_PASSWORD = 10
_WRONG = requests.find_by_uln(learners.SOMEONE, password="CompatSitePass02")


class Others:
    """Send twenty registrations and two wrong passwords per second from one thread, inside this context."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._over = threading.Event()
        self._failure: BenchFailed | None = None
        self._thread = threading.Thread(target=self._go_on)

    def __enter__(self) -> Others:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()
        if self._failure is not None:
            raise self._failure

    def _go_on(self) -> None:
        number, due = 0, time.monotonic()
        try:
            while not self._over.wait(max(0.0, due - time.monotonic())):
                ask(self._url, requests.register(requests.new_name()), "WSRC0005")
                if number % _REGISTERS_BEFORE_A_WRONG_PASSWORD == 0:
                    ask(self._url, _WRONG, "WSEC0005")
                number, due = number + 1, due + 1 / _REGISTERS_A_SECOND
        except BenchFailed as failure:
            self._failure = failure
