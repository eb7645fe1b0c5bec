"""`lrs-soap record`: a learner's Personal Learning Record, as the learner sees it, in a table or as a PDF."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lrs_soap.cli.commands import example, group
from lrs_soap.cli.flags import Config, Database, resolved
from lrs_soap.cli.output_file import Force, write_bytes
from lrs_soap.cli.tables import print_table
from lrs_soap.cli.world import open_world
from lrs_soap.errors import NotPossible
from lrs_soap.operations.look_up_learners import record_of_learner
from lrs_soap.report.columns import COLUMNS
from lrs_soap.report.contents import MOST_EVENTS, contents_of
from lrs_soap.rules.values.change import OPERATOR

app = group()


@app.command(epilog=example("lrs-soap record 4170265830", "lrs-soap record 4170265830 --pdf record.pdf"))
def record(
    uln: Annotated[str, typer.Argument(metavar="ULN", show_default=False, help="The learner's ULN.")],
    pdf: Annotated[
        Path | None,
        typer.Option("--pdf", metavar="FILE", show_default=False, help="Write a report for the learner to this file."),
    ] = None,
    force: Force = False,
    database: Database = None,
    config: Config = None,
) -> None:
    """Show a learner's learning record, or write it as a PDF.

    It has everything that the learner may see, in the order of dates: with linked ULNs, and whether it is shared or
    not. For a linked ULN it is the record of its master.
    """
    chosen = resolved(config, database_url=database).settings
    with open_world(chosen) as world, world.reading(OPERATOR) as work:
        learner, events = record_of_learner(work, uln)
        printed = work.now
    contents = contents_of(learner, events, organisation="The operator of the service", printed=printed)
    if pdf is None:
        print_table([column.heading for column in COLUMNS.values()], [row.cells for row in contents.rows])
        return
    if len(contents.rows) > MOST_EVENTS:
        raise NotPossible(f"A report has {MOST_EVENTS:,} qualifications at most; {uln} has {len(contents.rows):,}.")
    # What makes it takes long to import.
    from lrs_soap.report.pdf import pdf_of

    write_bytes(pdf, force, pdf_of(contents))
    typer.echo(f"The report of {learner.uln} is in {pdf}.")
