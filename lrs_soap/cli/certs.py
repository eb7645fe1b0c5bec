"""`lrs-soap certs`."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from lrs_soap.cli.commands import example, group
from lrs_soap.server import development_certificates as made

app = group()


@app.command(epilog=example("lrs-soap certs certificates --host lrs.example.org"))
def certs(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", show_default=False, help="The folder for the files, new or existing.")
    ],
    host: Annotated[
        list[str] | None,
        typer.Option(
            "--host",
            metavar="NAME",
            show_default=False,
            help="Another name or address of the server, besides localhost, 127.0.0.1 and ::1. Can be repeated.",
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace files that are already there.")] = False,
) -> None:
    """Make development certificates for a CA, a server and a client.

    ca.pem lets clients trust the server and the server trust its clients. server.pem and server-key.pem are for the
    server. client.pem is a client's certificate and key in one file; client.p12 is the same as PKCS#12 for .NET and
    Windows, with the password lrs-soap.
    """
    existing = [name for name in made.FILES if (folder / name).exists()]
    if existing and not force:
        raise typer.BadParameter(
            f"{folder} already has {', '.join(existing)}. Name another folder, or replace the files with --force.",
            param_hint="FOLDER",
        )
    try:
        made.write(folder, host or ())
    except ValueError as error:
        raise typer.BadParameter(f"{error}.", param_hint="--host") from None
    ca, server, key, client = (
        shlex.quote(str(folder / name)) for name in (made.CA, made.SERVER, made.SERVER_KEY, made.CLIENT)
    )
    typer.echo(
        f"{', '.join(made.FILES)} are in {folder}. Keep all but {made.CA} and {made.SERVER} private.\n"
        f"\n"
        f"Serve over HTTPS, to clients that have the certificate:\n"
        f"  lrs-soap serve --tls-cert {server} --tls-key {key} --tls-client-ca {ca}\n"
        f"Send a request from another window:\n"
        f"  curl --cacert {ca} --cert {client} 'https://localhost:8080/LearnerService.svc?wsdl'\n"
        f"\n"
        f"For .NET and Windows, use {made.CLIENT_PKCS12} with the password {made.PKCS12_PASSWORD}."
    )
