"""Have a report made by another process, so that no request waits for it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from threading import Lock

import lrs_soap
from lrs_soap.errors import LrsError
from lrs_soap.report.contents import ReportContents, written

_PATIENCE_SECONDS = 60


class ReportFailed(LrsError):
    """No report was made, because it took too long, or too many were asked for at the same time."""


class ReportMaker:
    """Makes one report at a time. Several threads may ask it; they wait for each other."""

    def __init__(self, patience: float = _PATIENCE_SECONDS) -> None:
        """`patience` is how many seconds one waits for its turn, and then for the report."""
        self._patience = patience
        self._turn = Lock()

    def make(self, contents: ReportContents) -> bytes:
        """The report as a PDF. Raises ReportFailed."""
        if not self._turn.acquire(timeout=self._patience):
            raise ReportFailed("Too many reports are being made. Ask again later.")
        try:
            return self._made(written(contents))
        finally:
            self._turn.release()

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
