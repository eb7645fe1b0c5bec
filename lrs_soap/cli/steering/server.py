"""The running server that a command asks: the options that name it, and what is printed of its answers."""

from __future__ import annotations

import inspect
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, TypeVar, get_type_hints

import typer

from lrs_soap.cli.flags import Config, TokenFile, resolved
from lrs_soap.cli.tables import Json, print_json
from lrs_soap.control.client import DEFAULT_SERVER, MAIN, ControlClient, ControlFailed
from lrs_soap.errors import InvalidSetting
from lrs_soap.web.token_file import token_in

F = TypeVar("F", bound=Callable[..., Any])

Server = Annotated[str, typer.Option("--server", metavar="URL", help="The address of the server.")]
_World = Annotated[str, typer.Option("--world", metavar="NAME", help="The world.")]
Ca = Annotated[
    Path | None,
    typer.Option(
        "--ca",
        metavar="FILE",
        show_default=False,
        help="For HTTPS: a PEM file with the certificates of CAs that may have signed the server's, in place of those "
        "that this machine trusts.",
    ),
]
Certificate = Annotated[
    Path | None,
    typer.Option(
        "--cert",
        metavar="FILE",
        show_default=False,
        help="For HTTPS with tls_client_ca: a PEM file with a client's certificate and its private key.",
    ),
]


def of_server(command: F) -> F:
    """Let a command ask a server, which is its first parameter: the options that name the server come in its place.

    Its option `--json` comes with them, as its parameter `as_json`.
    """
    return _asking(command, {"server": (Server, DEFAULT_SERVER)}, lambda client, _: client)


def of_world(command: F) -> F:
    """As `of_server`, for a command whose first parameter is one of the server's worlds."""
    options = {"server": (Server, DEFAULT_SERVER), "world": (_World, MAIN)}
    return _asking(command, options, lambda client, given: client.world(given["world"]))


def tell(value: Any, sentence: str, *, as_json: bool) -> None:
    """Print what was done: in JSON the value that the server has answered, which may be none; or a sentence."""
    if as_json:
        print_json(value)
    else:
        typer.echo(sentence)


def _asking(
    command: F, options: dict[str, tuple[Any, Any]], asked: Callable[[ControlClient, dict[str, Any]], Any]
) -> F:
    options |= {
        "control_token_file": (TokenFile, None),
        "ca": (Ca, None),
        "certificate": (Certificate, None),
        "config": (Config, None),
    }

    def ask(as_json: bool, **given: Any) -> None:
        named = {name: given.pop(name) for name in options}
        with _client(**{name: value for name, value in named.items() if name != "world"}) as client:
            command(asked(client, named), as_json=as_json, **given)

    hints = get_type_hints(command, include_extras=True)
    _, *own = inspect.signature(command).parameters.values()
    parameters = [
        *(each.replace(annotation=hints[each.name]) for each in own if each.name != "as_json"),
        _option("as_json", Json, False),
        *(_option(name, annotation, default) for name, (annotation, default) in options.items()),
    ]
    # What Typer reads a command from.
    ask.__name__, ask.__doc__ = command.__name__, command.__doc__
    ask.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    ask.__annotations__ = {each.name: each.annotation for each in parameters}
    return ask  # type: ignore[return-value]


def _option(name: str, annotation: Any, default: Any) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _client(
    *, server: str, control_token_file: str | None, ca: Path | None, certificate: Path | None, config: Path | None
) -> ControlClient:
    """The server, which is lrs-soap and takes the token. Raises InvalidSetting, and ControlFailed where it is not."""
    file = resolved(config, control_token_file=control_token_file).settings.control_token_file
    client = ControlClient(server, token=None if file is None else token_in(file), tls=tls_of(ca, certificate))
    try:
        client.about()
    except ControlFailed as failed:
        client.close()
        if failed.code != "unauthorized":
            raise
        hint = "--control-token-file names the file with it" if file is None else f"{file} does not have it"
        raise ControlFailed(failed.status, failed.code, f"The server at {server} wants its token; {hint}.") from None
    return client


def tls_of(ca: Path | None, certificate: Path | None) -> ssl.SSLContext | None:
    """The TLS context for HTTPS with these files; None for the usual one. Raises InvalidSetting."""
    if ca is None and certificate is None:
        return None
    try:
        context = ssl.create_default_context(cafile=ca)
    except (OSError, ValueError) as error:
        raise InvalidSetting(f"The file {ca} (--ca) has no certificates: {error}.") from None
    if certificate is not None:
        try:
            context.load_cert_chain(certificate)
        except (OSError, ValueError) as error:
            raise InvalidSetting(f"The file {certificate} (--cert) has no certificate and key: {error}.") from None
    return context
