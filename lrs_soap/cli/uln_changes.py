"""`lrs-soap ulns`: which ULNs were merged, unmerged and deleted."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from lrs_soap.cli.commands import example, group
from lrs_soap.cli.flags import Config, Database, resolved
from lrs_soap.cli.output_file import Force, Target, write_file
from lrs_soap.operations.list_uln_changes import write_uln_changes

app = group()


@app.command("ulns", epilog=example("lrs-soap ulns --since 2025-09-01 changes.csv"))
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
    chosen = resolved(config, database_url=database).settings
    write_file(chosen, target, force, lambda work, file: write_uln_changes(work, since.date(), file))
