"""Report which ULNs were merged, unmerged and deleted since a day."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from typing import TextIO

from lrs_soap.operations.work import UnitOfWork
from lrs_soap.rules.learners.uln_changes import UlnChange, uln_change
from lrs_soap.store import history

_HEADINGS = ("Date", "Change", "ULN", "MasterBefore", "MasterAfter")


def list_uln_changes(work: UnitOfWork, since: date) -> Iterator[UlnChange]:
    """The ULNs that were merged, unmerged or deleted on this day or later, in that order; each as often as it was.

    They are read as they are iterated over, so the unit of work has to be open.
    """
    for uln, change in history.changes_of_ulns(work.transaction, since):
        found = uln_change(uln, change)
        if found is not None:
            yield found


def write_uln_changes(work: UnitOfWork, since: date, file: TextIO) -> None:
    """Write them as CSV: the day, what was done, the ULN, and the ULNs of its masters before and after."""
    rows = csv.writer(file)
    rows.writerow(_HEADINGS)
    for each in list_uln_changes(work, since):
        change = each.change
        day = change.moment.date().isoformat()
        rows.writerow((day, change.action.value, each.uln, each.master_before or "", each.master_after or ""))
