"""`lrs-soap merge`, `unmerge`, `delete`: what only an operator does to learners; the service may be running."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated

import typer

from lrs_soap.cli.commands import example, group
from lrs_soap.cli.flags import Config, Database, resolved
from lrs_soap.cli.world import command_exchange, world_to_write
from lrs_soap.operations.delete import delete_learner
from lrs_soap.operations.merge import merge_learners
from lrs_soap.operations.unmerge import unmerge_learner
from lrs_soap.operations.work import UnitOfWork
from lrs_soap.rules.learners.merging import LearnersChanged
from lrs_soap.rules.values.change import OPERATOR
from lrs_soap.rules.values.learner import Learner
from lrs_soap.settings import Settings

app = group()


@app.command(epilog=example("lrs-soap merge 9140837261 2865174033"))
def merge(
    master: Annotated[str, typer.Argument(metavar="MASTER", show_default=False, help="The ULN that the person keeps.")],
    linked: Annotated[
        str, typer.Argument(metavar="LINKED", show_default=False, help="The ULN that will lead to the master.")
    ],
    database: Database = None,
    config: Config = None,
) -> None:
    """Link a learner to a master, when one person has two ULNs.

    A request for the linked learner is answered with the master. The linked learner's ULN and details stay taken.
    Learners that are linked to it are linked to the new master too. If MASTER is itself linked, its own master is used.
    """
    chosen = resolved(config, database_url=database).settings
    changed = _change(chosen, "merge", lambda work: merge_learners(work, master, linked))
    _, new_master, *carried = changed.learners
    typer.echo(f"{linked} is now linked to {new_master.uln}{_and_with_it(carried)}.")


@app.command(epilog=example("lrs-soap unmerge 2865174033"))
def unmerge(
    linked: Annotated[
        str, typer.Argument(metavar="LINKED", show_default=False, help="The ULN of a learner that is linked.")
    ],
    database: Database = None,
    config: Config = None,
) -> None:
    """Undo a merge: the linked learner has its own ULN again.

    Learners that were linked to it before the merge are linked to it again.
    """
    chosen = resolved(config, database_url=database).settings
    changed = _change(chosen, "unmerge", lambda work: unmerge_learner(work, linked))
    _, old_master, *returned = changed.learners
    typer.echo(f"{linked} is no longer linked to {old_master.uln}{_and_with_it(returned)}.")


@app.command(epilog=example("lrs-soap delete 4170265830"))
def delete(
    uln: Annotated[str, typer.Argument(metavar="ULN", show_default=False, help="The learner's ULN.")],
    database: Database = None,
    config: Config = None,
) -> None:
    """Delete a learner, so that nobody can find it again.

    Its ULN is never issued again; its details can be registered again. A master of other learners cannot be deleted.
    """
    chosen = resolved(config, database_url=database).settings
    _change(chosen, "delete", lambda work: delete_learner(work, uln))
    typer.echo(f"{uln} is deleted.")


def _change(chosen: Settings, command: str, change: Callable[[UnitOfWork], LearnersChanged]) -> LearnersChanged:
    """Change learners as the command says, and tell the journal what was decided, also if it was refused."""
    exchange = command_exchange(command)
    with world_to_write(chosen, exchange) as world:
        with world.writing(OPERATOR) as work:
            changed = change(work)
        exchange.decide(changed)
    return changed


def _and_with_it(learners: Sequence[Learner]) -> str:
    return f", and with it {', '.join(learner.uln for learner in learners)}" if learners else ""
