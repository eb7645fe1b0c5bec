"""`lrs-soap merge`, `unmerge`, `delete`: what only the operator does to learners, while the service runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from lrs_soap.cli.flags import Config, Database, choice
from lrs_soap.cli.store import open_store

if TYPE_CHECKING:
    from lrs_soap.rules.values.learner import Learner


def merge(
    master: Annotated[
        str, typer.Argument(metavar="MASTER", show_default=False, help="The ULN that the person goes on with.")
    ],
    linked: Annotated[
        str, typer.Argument(metavar="LINKED", show_default=False, help="The ULN that is to lead to it from now on.")
    ],
    database: Database = None,
    config: Config = None,
) -> None:
    """Link a learner to a master: two ULNs of one person.

    Whoever asks for the linked one is answered with the master; its ULN and its details stay taken. Learners that are
    linked to it are taken along. Into a learner that is linked itself means into its master.
    """
    from lrs_soap.clock import clock_at
    from lrs_soap.operations import merging
    from lrs_soap.rules.values.change import OPERATOR

    chosen = choice(config, database_url=database).settings
    with open_store(chosen) as store, store.writing() as transaction:
        changed = merging.merge(transaction, master, linked, now=clock_at(chosen.clock).now(), author=OPERATOR)
    _, new_master, *carried = changed
    typer.echo(f"{linked} is linked to {new_master.uln} now{_along(carried)}.")


def unmerge(
    linked: Annotated[
        str, typer.Argument(metavar="LINKED", show_default=False, help="The ULN of a learner that is linked.")
    ],
    database: Database = None,
    config: Config = None,
) -> None:
    """Undo a merge: a linked learner is itself again.

    Learners that it took along when it was merged are linked to it again.
    """
    from lrs_soap.clock import clock_at
    from lrs_soap.operations import merging
    from lrs_soap.rules.values.change import OPERATOR

    chosen = choice(config, database_url=database).settings
    with open_store(chosen) as store, store.writing() as transaction:
        changed = merging.unmerge(transaction, linked, now=clock_at(chosen.clock).now(), author=OPERATOR)
    _, old_master, *returned = changed
    typer.echo(f"{linked} is no longer linked to {old_master.uln}{_along(returned)}.")


def delete(
    uln: Annotated[str, typer.Argument(metavar="ULN", show_default=False, help="The learner's ULN.")],
    database: Database = None,
    config: Config = None,
) -> None:
    """Delete a learner: nobody finds it again.

    Its ULN is given to nobody else; its details may be registered anew. A master of others cannot be deleted.
    """
    from lrs_soap.clock import clock_at
    from lrs_soap.operations import merging
    from lrs_soap.rules.values.change import OPERATOR

    chosen = choice(config, database_url=database).settings
    with open_store(chosen) as store, store.writing() as transaction:
        merging.delete(transaction, uln, now=clock_at(chosen.clock).now(), author=OPERATOR)
    typer.echo(f"{uln} is deleted.")


def _along(learners: Sequence[Learner]) -> str:
    return f", and with it {', '.join(learner.uln for learner in learners)}" if learners else ""
