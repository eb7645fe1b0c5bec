"""The two SOAP ports of any number of worlds: what takes long to make is made once, and each world's share is small."""

from __future__ import annotations

from collections.abc import Mapping

from lrs_soap.clock import RealClock
from lrs_soap.exchange.exchange import Exchange
from lrs_soap.server.guessing import Guessing
from lrs_soap.server.maintenance_page import MaintenancePage
from lrs_soap.server.scenario_gate import ScenarioGate
from lrs_soap.server.soap_port import SoapPort
from lrs_soap.services.call import Call
from lrs_soap.services.hours_gate import HoursGate
from lrs_soap.services.learner_service import LEARNER_SERVICE
from lrs_soap.services.learner_service_r9 import LEARNER_SERVICE_R9
from lrs_soap.services.rate_limit import RateLimit
from lrs_soap.services.record_texts import RecordTexts
from lrs_soap.settings import Settings
from lrs_soap.world import World
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


class Ports:
    """Makes the ports of worlds, with what the settings say of addresses and messages."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        # What is over the usual number of records is allowed its own markup.
        more_records = max(0, settings.verify_batch_limit - MOST_RECORDS)
        limits = MarkupLimits(
            settings.max_tags + more_records * _TAGS_A_RECORD,
            settings.max_attributes + more_records * _ATTRIBUTES_A_RECORD,
        )
        # Nobody asks these two: each world has endpoints like them.
        self._learner_service = LearnerServiceEndpoint(
            LEARNER_SERVICE,
            make_call=_no_call,
            clock=RealClock(),
            lenience=lambda: (True, False),
            fault_detail=settings.fault_detail,
            replaced={
                (VerifyBatchRqst, "LearnerRecordCount"): verify_batch_record_count(settings.verify_batch_limit),
            },
            most_records=settings.verify_batch_limit,
            limits=limits,
        )
        self._r9 = R9Endpoint(LEARNER_SERVICE_R9, make_call=_no_call, limits=limits)
        self._documents = {port.path: WsdlDocument(port) for port in (LEARNER_SERVICE, LEARNER_SERVICE_R9)}

    def of(self, world: World) -> list[SoapPort]:
        """The ports of a world, which ask it for its clock and policy at each request."""
        settings = self._settings
        # Each process counts for itself.
        rate_limit = RateLimit(settings.rate_limit / settings.processes) if settings.rate_limit else None
        record_texts = RecordTexts()
        guessing = Guessing(settings.password_misses) if settings.password_misses else None
        maintenance = MaintenancePage(world)
        admit = HoursGate(world).admit
        gate = ScenarioGate(world)

        def make_call(exchange: Exchange, operation: Operation, records: Mapping[int, tuple[str, ...]]) -> Call:
            return Call(exchange, operation, world, records, rate_limit, record_texts)

        def soap_port(port: Port, endpoint: Endpoint) -> SoapPort:
            return SoapPort(
                port.path,
                endpoint,
                self._documents[port.path],
                journal=world.journal,
                max_body_bytes=settings.max_body_bytes,
                trusted_proxies=frozenset(settings.trusted_proxies),
                client_certificate=settings.tls_client_ca is not None,
                guessing=guessing,
                maintenance=maintenance,
                gate=gate,
                world=world.name,
            )

        by_its_policy = self._learner_service.by(world.clock, lambda: (world.policy.strict, world.policy.records_apart))
        return [
            soap_port(LEARNER_SERVICE, by_its_policy.asking(make_call, admit)),
            soap_port(LEARNER_SERVICE_R9, self._r9.asking(make_call, admit)),
        ]


def _no_call(exchange: Exchange, operation: Operation, records: Mapping[int, tuple[str, ...]]) -> Call:
    raise AssertionError("an endpoint was asked that belongs to no world")
