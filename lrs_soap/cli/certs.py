"""`lrs-soap certs`: certificates for trying HTTPS out."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer


def certs(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", show_default=False, help="Where to; made if it is not there.")
    ],
    host: Annotated[
        list[str] | None,
        typer.Option(
            "--host",
            metavar="NAME",
            show_default=False,
            help="A name or address of the server besides localhost, 127.0.0.1 and ::1; may be given several times.",
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Make them anew where they are there already.")] = False,
) -> None:
    """Make certificates for development: a CA, a server certificate, a client certificate.

    ca.pem is what clients trust the server by and the server its clients, server.pem and server-key.pem are the
    server's, client.pem is a client's certificate and key in one, client.p12 the same as PKCS#12 for .NET and Windows,
    with the password lrs-soap.
    """
    from lrs_soap.server import development_certificates as made

    there = [name for name in made.FILES if (folder / name).exists()]
    if there and not force:
        raise typer.BadParameter(
            f"{folder} has {', '.join(there)} already. Name another folder, or make them anew with --force.",
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
        f"{', '.join(made.FILES)} are in {folder}. Keep all but {made.CA} and {made.SERVER} to yourself.\n"
        f"\n"
        f"Serve over HTTPS, for those who have the client certificate:\n"
        f"  lrs-soap serve --tls-cert {server} --tls-key {key} --tls-client-ca {ca}\n"
        f"Ask from another window:\n"
        f"  curl --cacert {ca} --cert {client} 'https://localhost:8080/LearnerService.svc?wsdl'\n"
        f"\n"
        f"For .NET and Windows the client certificate is in {made.CLIENT_PKCS12}, with the password "
        f"{made.PKCS12_PASSWORD}."
    )
