"""The service as one WSGI application, for `lrs-soap serve` and for any other server of such applications.

from lrs_soap.server import wsgi
application = wsgi.create()
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from lrs_soap import settings as settings_module
from lrs_soap.clock import Clock, clock_at
from lrs_soap.exchange.exchange import Exchange
from lrs_soap.exchange.journal import Journal
from lrs_soap.exchange.log import ExchangeLog, open_log
from lrs_soap.loading import prohibited_text
from lrs_soap.passwords import Passwords
from lrs_soap.rules.access.hours import ServiceHours
from lrs_soap.rules.learners.find_before_register import SearchAge
from lrs_soap.sample import starting_data
from lrs_soap.server.application import Application
from lrs_soap.server.front_page import FrontPage
from lrs_soap.server.readiness import Readiness
from lrs_soap.server.site import Site
from lrs_soap.server.soap_port import SoapPort
from lrs_soap.services.call import Call
from lrs_soap.services.hours_gate import HoursGate
from lrs_soap.services.learner_service import LEARNER_SERVICE
from lrs_soap.services.learner_service_r9 import LEARNER_SERVICE_R9
from lrs_soap.settings import Settings
from lrs_soap.store.rekeying import rekey_briefly
from lrs_soap.store.store import Store
from lrs_soap.wsdl.document import WsdlDocument
from lrs_soap.wsdl.endpoint import Endpoint, LearnerServiceEndpoint, R9Endpoint
from lrs_soap.wsdl.facets import verify_batch_record_count
from lrs_soap.wsdl.messages.vldmsg import VerifyBatchRqst
from lrs_soap.wsdl.port import Operation, Port


def create(settings: Settings | None = None) -> Application:
    """The service with a database that is up to date, and has the starting data if it is new.

    Without `settings` they are read from the environment and the settings file, as `lrs-soap serve` reads them. Those
    about the address, HTTPS, processes and workers are the server's business: batch jobs need `lrs-soap work` beside
    it. Nothing is connected to the database when this returns, so a server may fork afterwards.

    Raises InvalidSetting and StoreUnavailable.
    """
    chosen = settings or settings_module.resolve({}).settings
    prepare_database(chosen)
    clock = clock_at(chosen.clock)
    journal = ExchangeLog(open_log(chosen.log_level, chosen.log_format), clock, failures_only=not chosen.log_exchanges)
    return application_of(chosen, store=Store(chosen.database_url), clock=clock, passwords=Passwords(), journal=journal)


def prepare_database(settings: Settings) -> None:
    """Bring the database up to date, and give a new one its starting data; rekey a small one that has older keys.

    Raises InvalidSetting, StoreUnavailable.
    """
    # What is wrong with this file is told before anything is begun.
    prohibited_text.read(settings.prohibited_text)
    store = Store.open(settings.database_url)
    try:
        rekey_briefly(store)
        starting_data.fill(store, Passwords(), clock_at(settings.clock))
    finally:
        store.close()


def application_of(
    settings: Settings, *, store: Store, clock: Clock, passwords: Passwords, journal: Journal
) -> Application:
    """The application over one store. Raises InvalidSetting where the list of prohibited text cannot be read."""
    prohibited = prohibited_text.read(settings.prohibited_text)
    search_age = _search_age(settings)

    def make_call(exchange: Exchange, operation: Operation, records: Any) -> Call:
        return Call(
            exchange,
            operation,
            store,
            clock,
            passwords,
            prohibited,
            records,
            search_age,
            batch_delay=settings.batch_delay,
            return_codes=settings.return_codes,
        )

    def soap_port(port: Port, endpoint: Endpoint) -> SoapPort:
        return SoapPort(
            port.path,
            endpoint,
            WsdlDocument(port),
            journal=journal,
            max_body_bytes=settings.max_body_bytes,
            trusted_proxies=frozenset(settings.trusted_proxies),
            client_certificate=settings.tls_client_ca is not None,
        )

    hours = ServiceHours(settings.service_hours, settings.maintenance)
    admit = None if hours.is_always_open else HoursGate(hours, clock)
    learner_service = LearnerServiceEndpoint(
        LEARNER_SERVICE,
        make_call=make_call,
        clock=clock,
        admit=admit,
        strict=settings.strict,
        records_apart=settings.batch_validation == "record",
        fault_detail=settings.fault_detail,
        replaced={
            (VerifyBatchRqst, "LearnerRecordCount"): verify_batch_record_count(settings.verify_batch_limit),
        },
    )
    sites: list[Site] = [
        soap_port(LEARNER_SERVICE, learner_service),
        soap_port(LEARNER_SERVICE_R9, R9Endpoint(LEARNER_SERVICE_R9, make_call=make_call, admit=admit)),
        Readiness(settings.database_url),
    ]
    return Application([FrontPage(sites), *sites], journal=journal)


def _search_age(settings: Settings) -> SearchAge | None:
    if not settings.find_before_register:
        return None
    return SearchAge(
        maximum=timedelta(seconds=settings.find_before_register_maximum),
        minimum=timedelta(seconds=settings.find_before_register_minimum),
    )
