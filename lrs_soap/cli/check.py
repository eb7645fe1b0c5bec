"""`lrs-soap check`: whether all learners can be found by today's rules."""

from __future__ import annotations

import typer

from lrs_soap.cli.commands import example, group
from lrs_soap.cli.flags import Config, Database, resolved
from lrs_soap.cli.tables import Json, print_json, print_table
from lrs_soap.cli.text import counted
from lrs_soap.cli.world import open_world
from lrs_soap.rules.values.change import OPERATOR
from lrs_soap.store import key_version
from lrs_soap.store.rekeying import with_kept_identity

_FAILED = 1

app = group()


@app.command(epilog=example("lrs-soap check"))
def check(as_json: Json = False, database: Database = None, config: Config = None) -> None:
    """Check that all learners have keys by today's rules.

    The command lists each learner that does not. A learner keeps old keys if another learner, HeldBy, already has the
    new ones. Most such pairs are one person with two ULNs: link them with `lrs-soap merge`. The exit status is 1 if a
    learner is listed, or if rekeying has not finished.
    """
    with open_world(resolved(config, database_url=database).settings) as world, world.reading(OPERATOR) as work:
        if not key_version.is_current(work.transaction):
            typer.echo("The learners' keys are still being brought up to date. `lrs-soap serve` does that.", err=True)
            raise typer.Exit(_FAILED)
        kept = list(with_kept_identity(work.transaction))
    if as_json:
        print_json([{"ULN": each.uln, "HeldBy": each.held_by} for each in kept])
    elif kept:
        print_table(("ULN", "HeldBy"), [(each.uln, each.held_by or "nobody") for each in kept])
    else:
        typer.echo("All learners have keys by today's rules.")
    if kept:
        typer.echo(f"Old keys: {counted(len(kept), 'learner')}.", err=True)
        raise typer.Exit(_FAILED)
