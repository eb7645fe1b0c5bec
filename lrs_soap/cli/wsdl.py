"""`lrs-soap wsdl`."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import urlsplit

import typer

from lrs_soap.cli.commands import example, group
from lrs_soap.cli.flags import Config, Database, resolved
from lrs_soap.services.learner_service import LEARNER_SERVICE
from lrs_soap.services.learner_service_r9 import LEARNER_SERVICE_R9
from lrs_soap.settings import Settings
from lrs_soap.wsdl.document import WsdlDocument

app = group()


@app.command(epilog=example("lrs-soap wsdl learner --address https://lrs.example.org > LearnerService.wsdl"))
def wsdl(
    port: Annotated[
        Literal["learner", "r9"],
        typer.Argument(
            metavar="learner|r9",
            show_default=False,
            help="'learner' for LearnerService (find, register, update, verify, batches), 'r9' for LearnerServiceR9 "
            "(learning events and more).",
        ),
    ],
    address: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            show_default=False,
            help="Where clients reach the service: scheme, host and port.  [default: host and port of the settings]",
        ),
    ] = None,
    database: Database = None,
    config: Config = None,
) -> None:
    """Print a WSDL, for a client generator to read.

    A running service has the same WSDL at http://127.0.0.1:8080/LearnerService.svc?wsdl.
    """
    chosen = resolved(config, database_url=database).settings
    base = _checked(_address_of(chosen) if address is None else address)
    document = WsdlDocument(LEARNER_SERVICE if port == "learner" else LEARNER_SERVICE_R9)
    is_https = base.startswith("https:")
    typer.echo(document.at(base, https=is_https, client_certificate=chosen.tls_client_ca is not None), nl=False)


def _address_of(chosen: Settings) -> str:
    host = f"[{chosen.host}]" if ":" in chosen.host else chosen.host
    return f"{'http' if chosen.tls_cert is None else 'https'}://{host}:{chosen.port}"


def _checked(address: str) -> str:
    """The address without a slash at its end. Raises typer.BadParameter where it is not scheme, host and port."""
    bare = address.removesuffix("/")
    try:
        parts = urlsplit(bare)
        is_base = bool(parts.hostname) and parts.port != 0 and bare == f"{parts.scheme}://{parts.netloc}"
    except ValueError:
        is_base = False
    if not is_base or parts.scheme not in ("http", "https") or "@" in bare or not bare.isprintable():
        raise typer.BadParameter(
            f"{address!r} is not scheme, host and port, as in https://lrs.example.org:8443", param_hint="--address"
        )
    return bare
