"""`lrs-soap serve`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from lrs_soap.cli.commands import example, group
from lrs_soap.cli.flags import Config, failing_in_the_log, resolved, with_every_setting
from lrs_soap.cli.ready_file import ready_file as written_when_ready

app = group()


@app.command(
    epilog=example(
        "lrs-soap serve --port 9000 --database sqlite:////srv/lrs/lrs.db",
        "lrs-soap serve --port 0 --ready-file ready.json",
    )
)
@with_every_setting
def serve(
    ready_file: Annotated[
        Path | None,
        typer.Option(
            "--ready-file",
            metavar="FILE",
            show_default=False,
            help='Write {"address": …, "pid": …} to this file when the service is ready, and remove it at the end.',
        ),
    ] = None,
    until_stdin_ends: Annotated[
        bool,
        typer.Option(
            "--until-stdin-ends",
            help="Also stop when standard input, a pipe, ends: as it does when the program that holds it has ended.",
        ),
    ] = False,
    config: Config = None,
    **flags: Any,
) -> None:
    """Run the service until Ctrl+C.

    If there is no database yet, the service makes one, with organisations that may use it and learners to ask for.
    """
    # The server takes a second to import, and help can do without it.
    from lrs_soap.server import serving

    chosen = resolved(config, **flags).settings
    with failing_in_the_log(chosen), written_when_ready(ready_file) as write:
        serving.serve(chosen, write, until_stdin_ends=until_stdin_ends)
