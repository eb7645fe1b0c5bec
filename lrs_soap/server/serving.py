"""Serving the application: what `lrs-soap serve` does."""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING, Any

from lrs_soap.clock import Clock, RealClock, SettableClock
from lrs_soap.errors import InvalidSetting
from lrs_soap.exchange import Exchange
from lrs_soap.operations import starting_data
from lrs_soap.operations.passwords import Passwords
from lrs_soap.server.application import Application, Mount
from lrs_soap.server.exchange_log import ExchangeLog, open_log
from lrs_soap.server.loop import Loop
from lrs_soap.services.call import Call
from lrs_soap.services.learner_service import LEARNER_SERVICE
from lrs_soap.services.learner_service_r9 import LEARNER_SERVICE_R9
from lrs_soap.store.store import Store
from lrs_soap.wsdl.document import WsdlDocument
from lrs_soap.wsdl.endpoint import LearnerServiceEndpoint, MakeCall, R9Endpoint
from lrs_soap.wsdl.facets import verify_batch_record_count
from lrs_soap.wsdl.messages.vldmsg import VerifyBatchRqst

if TYPE_CHECKING:
    from collections.abc import Callable

    from lrs_soap.settings import Settings

# A body over the limit is read this many times over before the connection is cut, so that its sender can read why.
_PATIENCE = 8
_CONNECTIONS = 1000


def serve(settings: Settings) -> None:
    """Open the database, bring it up to date, give a new one its starting data, and serve until told to stop.

    Returns after SIGTERM or SIGINT, when what was being answered is answered. Raises StoreUnavailable, and
    InvalidSetting where the address cannot be had.
    """
    clock = clock_of(settings)
    passwords = Passwords()
    store = Store.open(settings.database_url)
    try:
        starting_data.fill(store, passwords, clock)
        logger = open_log(settings.log_level, settings.log_format)
        log = ExchangeLog(logger, clock, failures_only=not settings.log_exchanges)
        loop = _listen(application_of(settings, store=store, clock=clock, passwords=passwords, log=log), settings)
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, lambda number, frame: loop.stop())
        print(f"lrs-soap is ready on http://{_in_url(settings.host)}:{loop.port}", file=sys.stderr, flush=True)
        loop.run()
    finally:
        store.close()


def clock_of(settings: Settings) -> Clock:
    """The machine's clock, or one that stands at the moment that a setting gives."""
    return RealClock() if settings.clock is None else SettableClock(settings.clock)


def application_of(
    settings: Settings, *, store: Store, clock: Clock, passwords: Passwords, log: Callable[[Exchange], None]
) -> Application:
    """The WSGI application over one store."""

    def make_call(exchange: Exchange, records: Any) -> Call:
        return Call(exchange, store, clock, passwords, records)

    return Application(
        [
            Mount(LEARNER_SERVICE.path, _learner_service(settings, make_call, clock), WsdlDocument(LEARNER_SERVICE)),
            Mount(
                LEARNER_SERVICE_R9.path,
                R9Endpoint(LEARNER_SERVICE_R9, make_call=make_call),
                WsdlDocument(LEARNER_SERVICE_R9),
            ),
        ],
        log=log,
        max_body_bytes=settings.max_body_bytes,
        trusted_proxies=frozenset(settings.trusted_proxies),
    )


def _learner_service(settings: Settings, make_call: MakeCall, clock: Clock) -> LearnerServiceEndpoint:
    return LearnerServiceEndpoint(
        LEARNER_SERVICE,
        make_call=make_call,
        clock=clock,
        strict=settings.strict,
        records_apart=settings.batch_validation == "record",
        fault_detail=settings.fault_detail,
        replaced={
            (VerifyBatchRqst, "LearnerRecordCount"): verify_batch_record_count(settings.verify_batch_limit),
        },
    )


def _listen(application: Application, settings: Settings) -> Loop:
    try:
        return Loop(
            application,
            threads=settings.threads,
            host=settings.host,
            port=settings.port,
            ident="lrs-soap",
            # The address in the WSDL for a caller who does not say by which host it asks.
            server_name=_in_url(settings.host),
            connection_limit=_CONNECTIONS,
            max_request_body_size=_PATIENCE * settings.max_body_bytes,
            # Whom to believe is the application's own setting, the same under every server.
            clear_untrusted_proxy_headers=False,
        )
    except (OSError, ValueError) as error:
        raise InvalidSetting(
            f"lrs-soap cannot listen on {settings.host}:{settings.port}: {str(error).rstrip('.')}. "
            "Give another address with --host and --port."
        ) from error


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host
