"""Have a report made by another process, so that no request waits for it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from threading import BoundedSemaphore, Lock

import lrs_soap
from lrs_soap.errors import LrsError
from lrs_soap.report.contents import ReportContents, written

_PATIENCE_SECONDS = 60
_MOST_AT_ONCE = 3
_TOO_MANY = "Too many reports are being made. Ask again later."


class ReportFailed(LrsError):
    """No report was made, because it took too long, or too many were asked for at the same time."""


class ReportMaker:
    """Makes one report at a time. Several threads may ask it; a few wait for each other, and others are refused.

    Whoever waits holds a thread that could answer others.
    """

    def __init__(self, patience: float = _PATIENCE_SECONDS) -> None:
        """`patience` is how many seconds one waits for its turn, and then for the report."""
        self._patience = patience
        self._turn = Lock()
        self._places = BoundedSemaphore(_MOST_AT_ONCE)

    def make(self, contents: ReportContents) -> bytes:
        """The report as a PDF. Raises ReportFailed."""
        if not self._places.acquire(blocking=False):
            raise ReportFailed(_TOO_MANY)
        try:
            if not self._turn.acquire(timeout=self._patience):
                raise ReportFailed(_TOO_MANY)
            try:
                return self._made(written(contents))
            finally:
                self._turn.release()
        finally:
            self._places.release()

    def _made(self, content: bytes) -> bytes:
        command = [sys.executable, "-m", "lrs_soap.report"]
        # It finds the package in this folder, however this process found it, and no other modules.
        folder = Path(lrs_soap.__file__).parent.parent
        try:
            done = subprocess.run(
                command,
                input=content,
                stdout=subprocess.PIPE,
                cwd=folder,
                start_new_session=True,
                timeout=self._patience,
                check=True,
            )
        except subprocess.SubprocessError as error:
            raise ReportFailed("The report could not be made. Ask again later, or for fewer qualifications.") from error
        return done.stdout
