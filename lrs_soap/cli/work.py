"""`lrs-soap work`."""

from __future__ import annotations

from typing import Annotated

import typer

from lrs_soap.cli.commands import example, group
from lrs_soap.cli.flags import Config, Database, failing_in_the_log, resolved
from lrs_soap.cli.world import Create, open_world
from lrs_soap.server import working

app = group()


@app.command(epilog=example("lrs-soap work --workers 2 --database postgresql://lrs@db/lrs"))
def work(
    workers: Annotated[
        int, typer.Option("--workers", metavar="NUMBER", min=1, max=64, help="How many worker processes to run.")
    ] = 1,
    create: Create = False,
    database: Database = None,
    config: Config = None,
) -> None:
    """Process batch jobs until Ctrl+C, with or without a service.

    Any number of workers, on any number of machines, can share a database. With --batch-workers 0 the service has no
    workers of its own.
    """
    chosen = resolved(config, database_url=database).settings
    with failing_in_the_log(chosen):
        open_world(chosen, create=create).close()
        working.work(chosen, workers)
