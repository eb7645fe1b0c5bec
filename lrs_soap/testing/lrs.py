"""A world of a test's own: what the fixture `lrs` gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping, Sequence
from datetime import date, datetime, timedelta
from itertools import count
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from lrs_soap.control.client import ClockMode, ControlFailed, Object, WorldClient
from lrs_soap.errors import LrsError

if TYPE_CHECKING:
    from lrs_soap.testing.soap_client import SoapClient

# As in lrs_soap.control.client.
__tracebackhide__ = True

Service: TypeAlias = Literal["learner", "r9"]
"""A port: LearnerService or LearnerServiceR9."""

_PORTS = {"learner": "LearnerService.svc", "r9": "LearnerServiceR9.svc"}
_FIRST_BIRTHDAY = date(2004, 9, 1)


class Lrs:
    """A world: one register with everything of its own. Nothing that happens in another one is seen here.

    Whatever asks the server raises ServerUnavailable where that does not run, and ControlFailed for what the server
    refuses: a learner whom it cannot have, a setting that there is not.

    - `name` is the world's name, and `url` its address, without a slash at the end. A client appends
      `/LearnerService.svc` to that.
    - `ukprn` and `password` are an organisation's that may do everything.
    - `clock` is the world's clock.
    - `control` has every other request of docs/control.md.
    """

    ukprn = "TEST0001"
    password = "CompatSitePass01"

    def __init__(
        self,
        url: str,
        control: WorldClient,
        documents: MutableMapping[str, Any],
        delete: Callable[[], None] = lambda: None,
    ) -> None:
        """`LrsServer.new_world` makes worlds; this is one that there is, which `delete` deletes.

        `documents` are the WSDLs that zeep has read for other worlds of the same server.
        """
        self.name = control.name
        self.url = url
        self.control = control
        self.clock = WorldClock(control)
        self._documents = documents
        self._delete = delete
        self._numbers = count(1)
        self._clients: dict[str, SoapClient] = {}

    def __enter__(self) -> Lrs:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.delete()

    def __repr__(self) -> str:
        return f"<Lrs {self.url}>"

    @property
    def learner_service(self) -> str:
        """The address of LearnerService."""
        return self._address("learner")

    @property
    def learner_service_r9(self) -> str:
        """The address of LearnerServiceR9."""
        return self._address("r9")

    def wsdl(self, service: Service = "learner") -> str:
        """The address of a port's WSDL, which is one document. It says that the port is in this world."""
        return f"{self._address(service)}?singleWsdl"

    def client(self, service: Service = "learner") -> SoapClient:
        """A zeep client of a port: `lrs.client("r9").service.GetLearnerLearningEvents(…)`. Needs zeep."""
        address = self._address(service)
        client = self._clients.get(service)
        if client is None:
            # zeep takes a third of a second to import, and not every test calls by it.
            try:
                from lrs_soap.testing.soap_client import SoapClient
            except ModuleNotFoundError as error:
                raise LrsError(f"lrs.client needs {error.name}: pip install 'lrs-soap[testing]'") from error
            wsdl = self._documents.get(service, self.wsdl(service))
            client = self._clients[service] = SoapClient(wsdl, address)
            self._documents[service] = client.wsdl
        return client

    def add_learner(self, **fields: object) -> str:
        """Put a learner into the register, and return its ULN.

        `fields` are those of `lrs-soap load`, by the contract's names or in Python's case: `FamilyName="Lee"` or
        `family_name="Lee"`; and `LearningEvents`, a list of such dicts. What is mandatory and not given is made up, a
        different date of birth each time.
        """
        return self.add_learners([fields])[0]

    def add_learners(self, learners: Sequence[Mapping[str, object]]) -> list[str]:
        """Put all of some learners into the register or, if one cannot be, none. Returns their ULNs in their order."""
        return self.control.add_learners([self._complete(each) for each in learners])

    def add_organisation(
        self, ukprn: str, *, password: str | None = None, roles: Sequence[str] | None = None, **fields: object
    ) -> Object:
        """Add an organisation, or change one that there is, and return it as it is held.

        A new one has the `password` of this world's first organisation and all roles, unless others are given. Other
        `fields` are those of docs/control.md: `suspended`, `permissions_disabled`, `organisation_ref`, `name`.
        """
        held = {each["ukprn"]: each for each in self.control.organisations()}
        given: Object = {"password": password, "roles": None if roles is None else list(roles), **fields}
        if ukprn.upper() not in held:
            new = {"organisation_ref": ukprn[-6:], "name": f"Organisation {ukprn}", "password": self.password}
            first = {"roles": held[self.ukprn]["roles"]}
            given = new | first | {name: value for name, value in given.items() if value is not None}
        return self.control.put_organisation(ukprn, **given)

    def scenario(
        self,
        name: str | None = None,
        *,
        do: Mapping[str, Any] | None = None,
        after: int = 0,
        times: int | None = 1,
        share: float = 1.0,
        seed: int = 0,
        **when: str,
    ) -> Scenario:
        """Have something step in for the service: docs/scenarios.md has all that it can do.

        `lrs.scenario("slow")` is a shipped one, `lrs.scenario(do={"fault": "WSEC0999"})` one of the test's own. The
        requests that fit are all, or those of `when`: `operation="registerSingleLearner"`, `organisation`, `user`,
        `uln`, `family_name`. Of these the first `after` pass, and the next `times` are hit; None is all of them.
        """
        given: Object = {"after": after, "times": times, "share": share, "seed": seed, "when": when}
        if do is not None:
            given["do"] = dict(do)
        scenario = Scenario(self.control, name or f"scenario-{next(self._numbers)}")
        self.control.ask("POST", "/scenarios", {"name": scenario.name, **given})
        return scenario

    def exchanges(
        self,
        *,
        operation: str | None = None,
        code: str | None = None,
        organisation: str | None = None,
        user: str | None = None,
        uln: str | None = None,
        after: int | None = None,
        limit: int | None = None,
    ) -> list[Object]:
        """What was asked of this world by SOAP, newest first, and why it was answered so.

        Each is a dict of docs/control.md, "The journal": `operation`, `code`, `status`, `reasons`, `findings` … Every
        request whose answer has been received is there. `after` is a `sequence`.
        """
        return self.control.exchanges(
            operation=operation, code=code, organisation=organisation, user=user, uln=uln, after=after, limit=limit
        )

    def exchange(self, exchange_id: str) -> Object:
        """One of them, with the bytes of `request` and `answer`. The id is in the answer's header LRS-Exchange, too."""
        return self.control.exchange(exchange_id)

    def policy(self, **settings: object) -> Object:
        """Change settings of this world, and return all that a world can have of its own.

        `lrs.policy(find_before_register=True)`; None is what the server's settings say.
        """
        return self.control.change_policy(settings) if settings else self.control.policy()

    def reset(self, *, seed: int | None = None) -> None:
        """Put the world back to what it began with: learners, clock, policy and scenarios.

        With the same `seed` the same ULNs are issued.
        """
        self.control.reset(seed=seed)

    def snapshot(self, name: str | None = None) -> Snapshot:
        """Keep the whole of the world, in place of an older snapshot of that name."""
        snapshot = Snapshot(self.control, name or f"snapshot-{next(self._numbers)}")
        self.control.take_snapshot(snapshot.name)
        return snapshot

    def delete(self) -> None:
        """Delete the world, and close its clients. Nothing is done if it is deleted already, and `main` stays."""
        for client in self._clients.values():
            client.transport.session.close()
        self._clients.clear()
        self._delete()

    def _address(self, service: str) -> str:
        if service not in _PORTS:
            raise ValueError(f"{service!r} is not a port: give 'learner' or 'r9'")
        return f"{self.url}/{_PORTS[service]}"

    def _complete(self, fields: Mapping[str, object]) -> dict[str, object]:
        given = {_contract_name(name): _in_json(value) for name, value in fields.items()}
        return {
            "GivenName": "Robin",
            "FamilyName": "Testlearner",
            "DateOfBirth": (_FIRST_BIRTHDAY + timedelta(days=next(self._numbers))).isoformat(),
            "Gender": "9",
            "LastKnownPostCode": "ZZ99 9ZZ",
            **given,
        }


class WorldClock:
    """What a world decides dates and ages by. Nobody waits for it: timeouts go by real time."""

    def __init__(self, control: WorldClient) -> None:
        self._control = control

    def now(self) -> datetime:
        """The moment that the clock shows, in London's time."""
        return datetime.fromisoformat(self._control.clock()["now"])

    def set(self, moment: datetime | str, *, mode: ClockMode | None = None) -> datetime:
        """Set the clock, which then stands still; with `mode="running"` it goes on from there.

        A moment without a zone is London's.
        """
        return datetime.fromisoformat(self._control.set_clock(moment, mode=mode)["now"])

    def advance(self, by: timedelta | float | str) -> datetime:
        """Move the clock by a length of time, by seconds, or by an ISO 8601 duration such as `P45D`.

        One that stands still goes on standing, the machine's goes on running.
        """
        return datetime.fromisoformat(self._control.advance_clock(by)["now"])

    def real(self) -> datetime:
        """Let the world go by the machine's clock again."""
        return datetime.fromisoformat(self._control.set_clock(mode="real")["now"])


class Scenario:
    """What steps in for the service. `name` is its name."""

    def __init__(self, control: WorldClient, name: str) -> None:
        self._control = control
        self.name = name

    @property
    def fitted(self) -> int:
        """How many requests have fitted it by now."""
        return int(self._shown()["fitted"])

    @property
    def hit(self) -> int:
        """How many of those it has stepped in for."""
        return int(self._shown()["hit"])

    def delete(self) -> None:
        """Let it step in no more."""
        self._control.ask("DELETE", f"/scenarios/{self.name}")

    def _shown(self) -> Object:
        """The scenario as it is listed. Raises ControlFailed where a reset has taken it away."""
        for each in self._control.ask("GET", "/scenarios"):
            if each["name"] == self.name:
                found: Object = each
                return found
        raise ControlFailed(404, "not_found", f"There is no scenario {self.name!r} any more.")


class Snapshot:
    """The whole of a world as it was: learners, clock, policy and scenarios. `name` is its name."""

    def __init__(self, control: WorldClient, name: str) -> None:
        self._control = control
        self.name = name

    def restore(self) -> None:
        """Put the world back to this."""
        self._control.restore(self.name)

    def delete(self) -> None:
        """Forget the snapshot."""
        self._control.delete_snapshot(self.name)


def _contract_name(name: str) -> str:
    """The contract's name of a field that may be in Python's case: DateOfBirth for date_of_birth, ULN for uln."""
    if name != name.lower():
        return name
    return "".join("ULN" if part == "uln" else part.capitalize() for part in name.split("_"))


def _in_json(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value
