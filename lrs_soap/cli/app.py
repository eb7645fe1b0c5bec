"""The command line `lrs-soap`: the list of its commands, and how it ends when one of them fails."""

from __future__ import annotations

import errno
import os
from typing import Annotated, Any, NoReturn

import typer

from lrs_soap import __version__
from lrs_soap.cli.commands import FAILED, WRONG_USE, LazyCommand, LazyGroup
from lrs_soap.cli.text import one_line
from lrs_soap.errors import InvalidSetting, LrsError

COMMANDS = (
    LazyCommand("serve", "lrs_soap.cli.serve", "Run the service until Ctrl+C."),
    LazyCommand("work", "lrs_soap.cli.work", "Process batch jobs until Ctrl+C, with or without a service."),
    LazyCommand("wsdl", "lrs_soap.cli.wsdl", "Print a WSDL, for a client generator to read."),
    LazyCommand("load", "lrs_soap.cli.load", "Load learners into the database; the service may be running."),
    LazyCommand("merge", "lrs_soap.cli.learners", "Link a learner to a master, when one person has two ULNs."),
    LazyCommand("unmerge", "lrs_soap.cli.learners", "Undo a merge: the linked learner has its own ULN again."),
    LazyCommand("delete", "lrs_soap.cli.learners", "Delete a learner, so that nobody can find it again."),
    LazyCommand("check", "lrs_soap.cli.check", "Check that all learners have keys by today's rules."),
    LazyCommand("backup", "lrs_soap.cli.backup", "Write a world to a file, and put it back from there."),
    LazyCommand("migrate", "lrs_soap.cli.migrate", "Bring all databases up to this version: tables and keys."),
    LazyCommand("certs", "lrs_soap.cli.certs", "Make development certificates for a CA, a server and a client."),
    LazyCommand("settings", "lrs_soap.cli.settings", "List all settings with their values, or explain one of them."),
    LazyCommand("org", "lrs_soap.cli.org", "List, add and change organisations that may use the service."),
    LazyCommand("user", "lrs_soap.cli.user", "List users of the portal, make a Super User, and disable users."),
    LazyCommand("batch", "lrs_soap.cli.batch", "Register learners by batch files, and follow their jobs."),
    LazyCommand("exceptions", "lrs_soap.cli.exceptions", "List and resolve batch records that a person must decide."),
    LazyCommand("record", "lrs_soap.cli.record", "Show a learner's learning record, or write it as a PDF."),
    LazyCommand("ulns", "lrs_soap.cli.uln_changes", "Report which ULNs were merged, unmerged and deleted."),
    LazyCommand("world", "lrs_soap.cli.steering.world", "List, make and delete the worlds of a running server."),
    LazyCommand("reset", "lrs_soap.cli.steering.reset", "Put a world of a running server back to its starting data."),
    LazyCommand("snapshot", "lrs_soap.cli.steering.snapshot", "List, make and delete snapshots of a running world."),
    LazyCommand("restore", "lrs_soap.cli.steering.reset", "Put a world of a running server back to a snapshot."),
    LazyCommand("exchanges", "lrs_soap.cli.steering.exchanges", "List the last requests to a running server."),
    LazyCommand("scenario", "lrs_soap.cli.steering.scenario", "Make a running server fail on purpose, and stop that."),
    LazyCommand("clock", "lrs_soap.cli.steering.clock", "Show, set and advance the clock of a running world."),
    LazyCommand("learner", "lrs_soap.cli.steering.learner", "Find, add, merge and delete learners of a running world."),
    LazyCommand("job", "lrs_soap.cli.steering.job", "List, begin and fail batch jobs of a running world."),
    LazyCommand("challenge", "lrs_soap.cli.steering.challenge", "List and resolve data challenges in a running world."),
    LazyCommand("health", "lrs_soap.cli.health", "Check that a running server is live and ready."),
)  # fmt: skip


class _Commands(LazyGroup):
    """All commands. What lrs-soap raises on purpose ends a command with its sentence, not with a trace."""

    lazy_commands = COMMANDS

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except InvalidSetting as error:
            _end(error, WRONG_USE)
        except LrsError as error:
            _end(error, FAILED)
        except OSError as error:
            # The reader of our output may stop early (`lrs-soap wsdl learner | head`); nobody needs to hear of that.
            if error.errno == errno.EPIPE:
                raise
            _end(error, FAILED)


def _end(error: Exception, status: int) -> NoReturn:
    typer.echo(f"Error: {one_line(str(error))}", err=True)
    raise typer.Exit(status) from None


app = typer.Typer(
    name="lrs-soap",
    cls=_Commands,
    help="The UK Learning Records Service (LRS) SOAP API on your own machine: your own learners, ULNs and "
    "organisations, with the live service's answers.",
    epilog="\b\nStart here:\n  lrs-soap serve            then open http://127.0.0.1:8080/ in a browser\n"
    "  lrs-soap COMMAND --help   what a command does, with an example",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    # A trace that shows variables could show a password.
    pretty_exceptions_enable=False,
)


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"lrs-soap {__version__}")
        raise typer.Exit


@app.callback()
def _options_of_all(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """Take the options that stand before a command."""


def main() -> None:
    """Run the command line. The files that it makes are its user's only: nearly all of them have personal data."""
    os.umask(0o077)
    app(prog_name="lrs-soap")
