"""`lrs-soap health`: whether a running server is in order."""

from __future__ import annotations

import typer

from lrs_soap.cli.commands import FAILED, example, group
from lrs_soap.cli.steering.server import Ca, Certificate, Server, tls_of
from lrs_soap.cli.tables import Json, print_json, print_table
from lrs_soap.control import client

app = group()


@app.command(epilog=example("lrs-soap health", "lrs-soap health --server https://lrs.example.org --ca ca.pem --json"))
def health(
    as_json: Json = False, server: Server = client.DEFAULT_SERVER, ca: Ca = None, certificate: Certificate = None
) -> None:
    """Check that a running server is live and ready.

    It asks /health/live and /health/ready, which needs neither the control interface nor a token, and prints what each
    check has found. If any fails, the exit status is 1.
    """
    found = client.health(server, tls=tls_of(ca, certificate))
    if as_json:
        print_json(found)
    else:
        print_table(("Check", "Result"), found["checks"].items())
    if not found["healthy"]:
        raise typer.Exit(FAILED)
