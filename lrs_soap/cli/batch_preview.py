"""What a job would say of the learners in a batch file, as a person is told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from lrs_soap.batch.batch_file import BatchFile
from lrs_soap.batch.foresight import WITH_ERRORS, Foreseen
from lrs_soap.cli.text import one_line
from lrs_soap.rules.batches.display_codes import DisplayCode, displayed

MOST_LINES = 100
"""How many lines a preview keeps at most."""


class BatchPreview:
    """How many learners of a file would get each return code, and the first lines about those with errors.

    `more` is how many lines there are after those in `lines`. `wrong` is how many learners have errors.
    """

    def __init__(self, batch: BatchFile, display_codes: Iterable[DisplayCode]) -> None:
        self.lines: list[str] = []
        self.more = 0
        self.wrong = 0
        self._batch = batch
        self._display_codes = tuple(display_codes)
        self._codes: Counter[str] = Counter()

    def add(self, foreseen: Foreseen) -> None:
        """Count a learner, and keep the lines about it if it has errors."""
        self._codes[displayed(foreseen.code, self._display_codes)] += 1
        if foreseen.code not in WITH_ERRORS:
            return
        self.wrong += 1
        for line in self.lines_about(foreseen):
            if len(self.lines) < MOST_LINES:
                self.lines.append(line)
            else:
                self.more += 1

    def lines_about(self, foreseen: Foreseen) -> Iterator[str]:
        """What the job would say of a learner: a line for each finding with its place, or one without a finding."""
        code = f"{displayed(foreseen.code, self._display_codes)} {foreseen.code.text}"
        if not foreseen.findings:
            yield f"{self._batch.place_of(foreseen.record, '')}: {code}"
        for finding in foreseen.findings:
            yield f"{self._batch.place_of(foreseen.record, finding.field)}: {code}: {one_line(finding.reason)}"

    def __str__(self) -> str:
        """`3 RC001, 1 RC010`."""
        return ", ".join(f"{number} {code}" for code, number in sorted(self._codes.items()))
