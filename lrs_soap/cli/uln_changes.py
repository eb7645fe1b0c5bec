"""`lrs-soap uln-changes`: which ULNs were merged, unmerged and deleted."""

from __future__ import annotations

import csv
from datetime import datetime
from typing import Annotated, TextIO

import typer

from lrs_soap.cli.commands import example, group
from lrs_soap.cli.flags import Config, Database, resolved
from lrs_soap.cli.output_file import Force, Target, write_file
from lrs_soap.operations.list_uln_changes import list_uln_changes
from lrs_soap.operations.work import UnitOfWork

app = group()

_HEADINGS = ("Date", "Change", "ULN", "MasterBefore", "MasterAfter")


@app.command("uln-changes", epilog=example("lrs-soap uln-changes --since 2025-09-01 changes.csv"))
def uln_changes(
    since: Annotated[
        datetime, typer.Option(metavar="DATE", show_default=False, formats=["%Y-%m-%d"], help="The first day.")
    ],
    target: Target = None,
    force: Force = False,
    database: Database = None,
    config: Config = None,
) -> None:
    """Report which ULNs were merged, unmerged and deleted.

    The report is CSV. A row has the day, what was done, the ULN, and the ULNs of its masters before and after. A ULN
    that is carried along with another one has a row of its own.
    """

    def write(work: UnitOfWork, file: TextIO) -> None:
        rows = csv.writer(file)
        rows.writerow(_HEADINGS)
        for each in list_uln_changes(work, since.date()):
            change = each.change
            day = change.moment.date().isoformat()
            rows.writerow((day, change.action.value, each.uln, each.master_before or "", each.master_after or ""))

    write_file(resolved(config, database_url=database).settings, target, force, write)
