"""Call the Learning Records Service with zeep. The programs beside this one share it: copy it along with them.

The environment says which service to call, who calls it and how long to wait; README.md lists the variables. Every call
has a timeout. `LrsClient.read` is for what changes nothing, and asks again if no answer comes. `LrsClient.send_once` is
for what changes something: if no answer comes, nobody knows whether the service has done it.
"""

from __future__ import annotations

import base64
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import requests
import zeep
from zeep.exceptions import Fault
from zeep.transports import Transport

Result = TypeVar("Result")

LEARNER_SERVICE, LEARNER_SERVICE_R9 = "LearnerService", "LearnerServiceR9"
REGISTERED, ALREADY_REGISTERED = "WSRC0005", "WSRC0021"
EXACT_MATCH, MASTER_SUBSTITUTED = "WSRC0004", "WSRC0022"
MANDATORY_TO_FIND = ("FamilyName", "GivenName", "DateOfBirth", "Gender", "LastKnownPostCode")

OUT_OF_HOURS = "WSEC0004"
MAINTENANCE_STATUS = 405
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0


class LrsError(Exception):
    """A call that did not come to an answer of its operation. Its text says why, to a person."""

    status = 1
    """The exit status of a program that ends with it."""


class Refused(LrsError):
    """The service answered with a fault, whose code is `code`."""

    def __init__(self, code: str, *words: str) -> None:
        super().__init__(": ".join(filter(None, (code, *words))))
        self.code = code


class Closed(LrsError):
    """The service is closed for the night or for maintenance, and has done nothing."""

    status = 2


class NoAnswer(LrsError):
    """No answer has come. If something was sent, nobody knows whether the service has done it."""

    status = 2


def _variable(name: str, default: str = "") -> str:
    return os.environ.get(f"LEARNING_RECORDS_{name}") or default


def _whole_number(name: str, default: int, least: int) -> int:
    given = _variable(name, str(default))
    if not given.isdecimal() or int(given) < least:
        raise LrsError(f"LEARNING_RECORDS_{name} is {given!r}, which is not a whole number from {least} on.")
    return int(given)


def _file(name: str) -> str | None:
    path = _variable(name)
    if path and not Path(path).is_file():
        raise LrsError(f"LEARNING_RECORDS_{name} is {path!r}, and there is no such file.")
    return path or None


@dataclass(frozen=True)
class Account:
    """Which service to call, who calls it, and how. Raises LrsError if the environment does not make sense."""

    address: str = field(default_factory=lambda: _variable("ADDRESS", "http://127.0.0.1:8080").rstrip("/"))
    ukprn: str = field(default_factory=lambda: _variable("UKPRN", "TEST0001"))
    password: str = field(default_factory=lambda: _variable("PASSWORD", "CompatSitePass01"), repr=False)
    user: str = field(default_factory=lambda: _variable("USER", "example"))
    vendor: int = field(default_factory=lambda: _whole_number("VENDOR", 1, 1))
    certificate: str | None = field(default_factory=lambda: _file("CERTIFICATE"))
    authority: str | None = field(default_factory=lambda: _file("AUTHORITY"))
    timeout: int = field(default_factory=lambda: _whole_number("TIMEOUT", 30, 1))
    retries: int = field(default_factory=lambda: _whole_number("RETRIES", 3, 0))


class LrsClient:
    """One of the service's two ports.

    `service` is "LearnerService" or "LearnerServiceR9"; `wsdl` is a file or an address, by default the service's own.
    The WSDL is read at once. Raises LrsError.
    """

    def __init__(self, service: str = LEARNER_SERVICE, *, wsdl: str | None = None) -> None:
        self.account = Account()
        address = f"{self.account.address}/{service}.svc"
        transport = _Transport(self.account)
        self._client = self._patiently(lambda: self._made(wsdl or f"{address}?singleWsdl", transport))
        (binding,) = self._client.wsdl.bindings
        self._service = self._client.create_service(binding, address)
        self._asker: dict[str, Any] = (
            {"UKPRN": self.account.ukprn, "OrgPassword": self.account.password, "UserName": self.account.user}
            if service == LEARNER_SERVICE
            else {
                "invokingOrganisation": {
                    "Ukprn": self.account.ukprn,
                    "Password": self.account.password,
                    "Username": self.account.user,
                },
                "vendorID": self.account.vendor,
            }
        )

    def read(self, operation: str, **request: Any) -> Any:
        """The answer to a request that changes nothing. If no answer comes, the request is sent again. Raises LrsError.

        zeep returns an answer that has one field as that field.
        """
        return self._patiently(lambda: self.send_once(operation, **request))

    def send_once(self, operation: str, **request: Any) -> Any:
        """The answer to a request, which is sent once. Raises LrsError; with NoAnswer it may have been done."""
        return self._answer(lambda: self._service[operation](**self._asker, **request))

    def fields_of(self, name: str) -> set[str]:
        """The fields of one of the WSDL's types."""
        return {field for field, _ in self._client.get_type(name).elements}

    def _made(self, wsdl: str, transport: Transport) -> zeep.Client:
        return self._answer(lambda: zeep.Client(wsdl, transport=transport))

    def _patiently(self, call: Callable[[], Result]) -> Result:
        """What a call returns; without an answer, it is made again after a pause, each time a longer one."""
        for number in range(self.account.retries):
            try:
                return call()
            except NoAnswer:
                time.sleep(min(FIRST_PAUSE * 2**number, LONGEST_PAUSE))
        return call()

    def _answer(self, call: Callable[[], Result]) -> Result:
        """What a call returns, and every failure of it as an LrsError."""
        try:
            return call()
        except Fault as fault:
            raise _refusal(fault) from None
        except requests.exceptions.SSLError:
            raise LrsError(
                f"{self.account.address} and this program do not trust each other: "
                "LEARNING_RECORDS_CERTIFICATE or LEARNING_RECORDS_AUTHORITY is not right."
            ) from None
        except requests.exceptions.Timeout:
            raise NoAnswer(f"No answer from {self.account.address} in {self.account.timeout} seconds.") from None
        except requests.exceptions.ConnectionError:
            raise NoAnswer(f"No connection to {self.account.address}.") from None
        except (requests.exceptions.ChunkedEncodingError, zeep.exceptions.TransportError):
            raise NoAnswer(f"The answer from {self.account.address} is not complete.") from None
        except (requests.exceptions.RequestException, zeep.exceptions.Error) as error:
            raise LrsError(f"{self.account.address}: {error}") from None


class _Transport(Transport):
    """HTTP with a timeout and the client's certificate. It does not take a page for an answer."""

    def __init__(self, account: Account) -> None:
        session = requests.Session()
        session.cert = account.certificate
        if account.authority is not None:
            # An authority that the environment names for requests would come first.
            session.trust_env = False
            session.verify = account.authority
        super().__init__(session=session, timeout=account.timeout, operation_timeout=account.timeout)
        self._address = account.address

    def post(self, address: str, message: Any, headers: dict[str, str]) -> requests.Response:
        answer = super().post(address, message, headers)
        if answer.status_code == MAINTENANCE_STATUS:
            raise Closed("The service is closed for maintenance. Run the program again later.")
        if not answer.headers.get("Content-Type", "").startswith("text/xml"):
            raise NoAnswer(f"{self._address} answers with HTTP status {answer.status_code} and no SOAP.")
        return answer


def _refusal(fault: Fault) -> LrsError:
    """A fault as an error, in the service's words or those of the SOAP library."""
    if fault.detail is None or len(fault.detail) == 0:
        return Refused(str(fault.code), str(fault.message))
    (exception,) = fault.detail
    # Any namespace: LearnerService sends the fields without one, which is not what its WSDL says.
    fields = {child.tag.rpartition("}")[2]: child.text or "" for child in exception}
    code = fields.get("ErrorCode", str(fault.code))
    if code == OUT_OF_HOURS:
        return Closed(f"{code}: the service is closed at this hour. Run the program again later.")
    if "ErrorDetail" in fields:  # LearnerServiceR9
        return Refused(code, base64.b64decode(fields["ErrorDetail"]).decode())
    return Refused(code, fields.get("Description", ""), fields.get("FurtherDetails", ""))


def find(client: LrsClient, person: dict[str, str]) -> Any:
    """The answer to a find by the five details that a find needs; `person` may have more."""
    return client.read("learnerByDemographics", FindType="FUL", **{name: person[name] for name in MANDATORY_TO_FIND})


def register(client: LrsClient, learner: dict[str, str]) -> Any:
    """Register a learner whom a find has not found. Nobody is registered twice. Raises LrsError.

    Returns the answer of the registration, or that of a find if the learner is registered by now: because the answer of
    the registration was lost, or because someone else has registered the same learner.
    """
    for _ in range(1 + client.account.retries):
        try:
            answer = client.send_once("registerSingleLearner", Learner=learner)
        except NoAnswer as error:
            answer, lost = None, error
        if answer is not None and answer.ResponseCode == REGISTERED:
            return answer
        found = find(client, learner)
        if found.ResponseCode in (EXACT_MATCH, MASTER_SUBSTITUTED):
            return found
        if answer is not None:
            return answer
    raise lost


def run(main: Callable[[], int | None]) -> NoReturn:
    """Run a program and exit with its status. An LrsError is one sentence and its status: 1, or 2 for not now."""
    try:
        sys.exit(main())
    except LrsError as error:
        print(error, file=sys.stderr)
        sys.exit(error.status)
    except KeyboardInterrupt:
        sys.exit("Interrupted.")
