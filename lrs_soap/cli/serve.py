"""`lrs-soap serve`."""

from __future__ import annotations

from typing import Any

from lrs_soap.cli.commands import example, group
from lrs_soap.cli.flags import Config, resolved, with_every_setting

app = group()


@app.command(epilog=example("lrs-soap serve --port 9000 --database sqlite:////srv/lrs/lrs.db"))
@with_every_setting
def serve(config: Config = None, **flags: Any) -> None:
    """Run the service until Ctrl+C.

    If there is no database yet, the service makes one, with organisations that may use it and learners to ask for.
    """
    # The server takes a second to import, and help can do without it.
    from lrs_soap.server import serving

    serving.serve(resolved(config, **flags).settings)
