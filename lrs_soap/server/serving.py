"""Serving the application: what `lrs-soap serve` does."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lrs_soap.clock import RealClock, machine_seconds
from lrs_soap.errors import InvalidSetting
from lrs_soap.exchange.exchange_journal import JournalWriter
from lrs_soap.exchange.log import ProcessLog
from lrs_soap.exchange.metrics import Metrics
from lrs_soap.server import descriptors, memory, rekeying
from lrs_soap.server.admission import admission_of
from lrs_soap.server.application import Application
from lrs_soap.server.child_process import Announce
from lrs_soap.server.console_site import console_address
from lrs_soap.server.limits import limits_of
from lrs_soap.server.listening import listen, port_of
from lrs_soap.server.loop import Loop
from lrs_soap.server.process_counts import REKEYING, SERVER, WORKER, ProcessCounts
from lrs_soap.server.processes import Post, Processes
from lrs_soap.server.shared import Shared
from lrs_soap.server.shares import Share, connections_of, shares_of
from lrs_soap.server.tls import Certificates, certificates_of
from lrs_soap.server.working import do_jobs
from lrs_soap.server.wsgi import application_of_worlds
from lrs_soap.world import Worlds

if TYPE_CHECKING:
    from lrs_soap.settings import Settings

_STANDARD_INPUT = 0


def serve(settings: Settings, ready: Callable[[str], None] | None = None, *, until_stdin_ends: bool = False) -> None:
    """Open the database, bring it up to date, give a new one its starting data, and serve until told to stop.

    `ready` is called with the service's address once it answers there. Returns after SIGTERM or SIGINT, when what was
    being answered is answered; with `until_stdin_ends` also after the end of standard input. Raises StoreUnavailable,
    and InvalidSetting where the address cannot be had, a file that is named is not what it has to be, or nobody can be
    told of the end of standard input.
    """
    descriptors.open_standard()
    until = None
    if until_stdin_ends:
        until = _STANDARD_INPUT
        if not descriptors.can_end(until):
            raise InvalidSetting(
                "--until-stdin-ends needs a pipe as standard input, whose other end the program that starts the "
                "service holds open."
            )
    metrics = None if settings.metrics == "off" else Metrics()
    lose = (lambda: None) if metrics is None else metrics.lose_line
    log = ProcessLog(settings.log_level, settings.log_format, RealClock(), lose=lose)
    with log.taking_what_is_printed():
        _serve(settings, log, metrics, ready, until)


def _serve(
    settings: Settings,
    log: ProcessLog,
    metrics: Metrics | None,
    ready: Callable[[str], None] | None,
    until: int | None,
) -> None:
    certificates = certificates_of(settings)
    # Refused here if it is wrong, and not by each process.
    admission_of(settings)
    Worlds.open(settings, log=log.logger).close()
    needs_rekeying = rekeying.is_needed(settings)
    sockets = _listen(settings)
    address = f"{'http' if certificates is None else 'https'}://{_in_url(settings.host)}:{port_of(sockets)}"

    console = console_address(settings, address)

    def say_ready() -> None:
        if ready is not None:
            ready(address)
        log.announce("ready", f"lrs-soap is ready on {address}", address=address)
        if console is not None:
            log.announce("console", f"Its console is {console}", address=console)

    def read_again() -> bool:
        # Read here, too: those that are forked later go on with what is here.
        if certificates is None or not _read(certificates, log.logger):
            return False
        is_over = certificates.expires.timestamp() < machine_seconds()
        say = log.logger.warning if is_over else log.logger.info
        say("certificates", expires=certificates.expires.isoformat())
        return True

    def answering(share: Share) -> Post:
        return Post(SERVER, lambda announce: _answer(settings, sockets, share, log, shared, announce))

    working = Post(WORKER, lambda announce: do_jobs(settings, log, announce, inherited=sockets, metrics=metrics))
    rekeyer = Post(REKEYING, lambda announce: rekeying.rekey(settings, log, announce, inherited=sockets), ends=True)
    shares = shares_of(settings.processes)
    posts = [answering(share) for share in shares] + [working] * settings.batch_workers + [rekeyer] * needs_rekeying
    shared = Shared(
        metrics=metrics,
        processes=ProcessCounts([post.name for post in posts]),
        connections=lambda: connections_of(shares),
        certificates=certificates,
    )
    Processes(
        posts,
        sockets=sockets,
        ready=say_ready,
        hang_seconds=settings.hang_timeout,
        most_memory=settings.max_process_memory << 20,
        log=log,
        until=until,
        counts=shared.processes,
        read_again=read_again,
    ).run()


def _answer(
    settings: Settings,
    sockets: list[socket.socket],
    share: Share,
    log: ProcessLog,
    shared: Shared,
    announce: Announce,
) -> None:
    """Answer requests until SIGTERM or SIGINT, in a process that shares nothing but the sockets with others."""
    memory.share_one_heap()
    logger = log.logger.bind(process=os.getpid()) if settings.processes > 1 else log.logger
    certificates = shared.certificates
    with Worlds.open(
        settings, log=logger, prepare=False, writer=JournalWriter(shared.tally), metrics=shared.metrics
    ) as worlds:
        application = application_of_worlds(settings, worlds, shared=shared, lines_lost=lambda: log.lost)
        server = _server(application, settings, sockets, certificates, share, logger, log.flush_before_answers())
        worlds.main.passwords.before_long = server.step_aside

        def read_again() -> None:
            if certificates is not None and _read(certificates, logger):
                server.use_tls(certificates.context)

        def goes_on() -> bool:
            if shared.metrics is not None:
                shared.metrics.flush()
            return server.goes_on()

        announce(server, goes_on, read_again)
        memory.keep_what_is_there()
        server.run()
        goes_on()


def _read(certificates: Certificates, logger: Any) -> bool:
    """Read the files again; whether they can be used. If not, the log says why, and the old ones are used on."""
    try:
        certificates.read()
    except InvalidSetting as error:
        logger.error("certificates", kept_because=str(error))
        return False
    except Exception as error:  # whatever it is, the service goes on with what it has
        logger.error("certificates", exc_info=error)
        return False
    return True


def _listen(settings: Settings) -> list[socket.socket]:
    try:
        return listen(settings.host, settings.port)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise InvalidSetting(
            f"lrs-soap cannot listen on {settings.host}:{settings.port}: {reason.rstrip('.')}. "
            "Give another address with --host and --port."
        ) from error


def _server(
    application: Application,
    settings: Settings,
    sockets: list[socket.socket],
    certificates: Certificates | None,
    share: Share,
    logger: Any,
    before_answers: Callable[[], object],
) -> Loop:
    def log(event: str, **facts: Any) -> None:
        # A caller whose handshake fails is no concern of the operator's; the rest is.
        write = logger.info if event == "handshake" else logger.warning
        write(event, **facts)

    limits = limits_of(settings)
    room = descriptors.make_room(limits.connections)
    if room < limits.connections:
        log("descriptors", max_connections=room, reason="this process may not open more files")
    return Loop(
        application,
        sockets,
        standby_threads=settings.threads,
        limits=replace(limits, connections=room),
        tls=None if certificates is None else certificates.context,
        # The address in the WSDL for a caller who does not say by which host it asks.
        server_name=_in_url(settings.host),
        reads_body=application.reads_body,
        share=share,
        before_answers=before_answers,
        log=log,
    )


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host
