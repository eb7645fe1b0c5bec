"""The service as one WSGI application, for `lrs-soap serve` and for any other server of such applications.

One of those runs it with `waitress-serve --call lrs_soap.server.wsgi:create`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from lrs_soap import settings as settings_module
from lrs_soap.cli.facets import facet_check
from lrs_soap.exchange.exchange import Exchange
from lrs_soap.exchange.exchange_journal import JournalWriter
from lrs_soap.exchange.tally import Tally
from lrs_soap.server.application import Application
from lrs_soap.server.control_site import ControlSite, admission_of
from lrs_soap.server.front_page import FrontPage
from lrs_soap.server.guessing import Guessing
from lrs_soap.server.maintenance_page import MaintenancePage
from lrs_soap.server.readiness import Readiness
from lrs_soap.server.site import Site
from lrs_soap.server.soap_port import SoapPort
from lrs_soap.server.steered_site import SteeredSite
from lrs_soap.services.call import Call
from lrs_soap.services.hours_gate import HoursGate
from lrs_soap.services.learner_service import LEARNER_SERVICE
from lrs_soap.services.learner_service_r9 import LEARNER_SERVICE_R9
from lrs_soap.services.rate_limit import RateLimit
from lrs_soap.settings import Settings
from lrs_soap.world import MAIN, World, Worlds
from lrs_soap.wsdl.document import WsdlDocument
from lrs_soap.wsdl.endpoint import Endpoint, LearnerServiceEndpoint, R9Endpoint
from lrs_soap.wsdl.envelope import MarkupLimits
from lrs_soap.wsdl.facets import verify_batch_record_count
from lrs_soap.wsdl.messages.vldmsg import VerifyBatchRqst
from lrs_soap.wsdl.port import Operation, Port
from lrs_soap.wsdl.reading import MOST_RECORDS

# Much more than the 14 tags that a record of a batch to verify needs.
_TAGS_A_RECORD = 100
_ATTRIBUTES_A_RECORD = 50


def create(settings: Settings | None = None) -> Application:
    """The service with a database that is up to date, and has the starting data if it is new.

    Without `settings` they are read from the environment and the settings file, as `lrs-soap serve` reads them. Those
    about the address, HTTPS, processes and workers are the server's business: batch jobs need `lrs-soap work` beside
    it. Nothing is connected to the database when this returns, so a server may fork afterwards.

    Raises InvalidSetting and StoreUnavailable.
    """
    chosen = settings or settings_module.resolve({}).settings
    Worlds.open(chosen).close()
    return application_of(chosen, Worlds.open(chosen, prepare=False, writer=JournalWriter(Tally())).main)


def application_of(settings: Settings, world: World, *, lines_lost: Callable[[], int] = lambda: 0) -> Application:
    """The application over one world, with what the settings say of addresses and messages.

    `lines_lost` says how many lines of the log this process has lost.
    """

    # Each process counts for itself.
    rate_limit = RateLimit(settings.rate_limit / settings.processes) if settings.rate_limit else None
    guessing = Guessing(settings.password_misses) if settings.password_misses else None

    def make_call(exchange: Exchange, operation: Operation, records: Mapping[int, tuple[str, ...]]) -> Call:
        return Call(exchange, operation, world, records, rate_limit)

    def soap_port(port: Port, endpoint: Endpoint) -> Site:
        site = SoapPort(
            port.path,
            endpoint,
            WsdlDocument(port),
            journal=world.journal,
            max_body_bytes=settings.max_body_bytes,
            trusted_proxies=frozenset(settings.trusted_proxies),
            client_certificate=settings.tls_client_ca is not None,
            guessing=guessing,
            maintenance=MaintenancePage(world),
        )
        return SteeredSite(site, world)

    # What is over the usual number of records is allowed its own markup.
    more_records = max(0, settings.verify_batch_limit - MOST_RECORDS)
    limits = MarkupLimits(
        settings.max_tags + more_records * _TAGS_A_RECORD,
        settings.max_attributes + more_records * _ATTRIBUTES_A_RECORD,
    )
    admit = HoursGate(world)
    learner_service = LearnerServiceEndpoint(
        LEARNER_SERVICE,
        make_call=make_call,
        clock=world.clock,
        admit=admit,
        lenience=lambda: (world.policy.strict, world.policy.records_apart),
        fault_detail=settings.fault_detail,
        replaced={
            (VerifyBatchRqst, "LearnerRecordCount"): verify_batch_record_count(settings.verify_batch_limit),
        },
        most_records=settings.verify_batch_limit,
        limits=limits,
    )
    sites: list[Site] = [
        soap_port(LEARNER_SERVICE, learner_service),
        soap_port(LEARNER_SERVICE_R9, R9Endpoint(LEARNER_SERVICE_R9, make_call=make_call, admit=admit, limits=limits)),
        Readiness(settings.database_url, why_lost=world.store.why_lost, lines_lost=lines_lost),
    ]
    admission = admission_of(settings)
    if admission is not None:
        sites.append(
            ControlSite(
                Worlds({MAIN: world}),
                admission,
                max_body_bytes=settings.max_body_bytes,
                trusted_proxies=frozenset(settings.trusted_proxies),
                make_check=facet_check,
            )
        )
    return Application([FrontPage(sites), *sites], journal=world.journal)
