"""`lrs-soap check`: whether all learners can be found by today's rules."""

from __future__ import annotations

import typer

from lrs_soap.cli.commands import example, group
from lrs_soap.cli.flags import Config, Database, resolved
from lrs_soap.cli.tables import print_table
from lrs_soap.cli.text import counted
from lrs_soap.cli.world import open_world
from lrs_soap.rules.values.change import OPERATOR
from lrs_soap.store import key_version
from lrs_soap.store.rekeying import with_kept_identity

app = group()


@app.command(epilog=example("lrs-soap check"))
def check(database: Database = None, config: Config = None) -> None:
    """Check that all learners have keys by today's rules.

    Lists those who have not. A learner keeps old keys when another learner already has the new ones. Most of these are
    one person with two ULNs: link them with `lrs-soap merge`. Exits with status 1 if it lists any learner, or if
    rekeying is not done yet.
    """
    with open_world(resolved(config, database_url=database).settings) as world, world.reading(OPERATOR) as work:
        if not key_version.is_current(work.transaction):
            typer.echo("The learners' keys are still being brought up to date. `lrs-soap serve` does that.")
            raise typer.Exit(1)
        kept = list(with_kept_identity(work.transaction))
    if not kept:
        typer.echo("All learners have keys by today's rules.")
        return
    print_table(("ULN", "new keys held by"), [(each.uln, each.held_by or "nobody") for each in kept])
    typer.echo(f"Old keys: {counted(len(kept), 'learner')}.")
    raise typer.Exit(1)
