"""What the control interface takes and answers. Unknown fields are refused, and a number is never `true` or a text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel, create_model

from lrs_soap.loading import event_record, learner_record
from lrs_soap.scenarios.scenario import Scenario

LONGEST_LIST = 1000
"""How many a list has at most."""

_USUAL_LIST = 100
_LONGEST_TEXT = 1000

# No database takes the character 0.
Text = Annotated[str, Field(max_length=_LONGEST_TEXT, pattern="^[^\\x00]*$")]
# How long it may be is said by a rule.
LongText = Annotated[str, Field(pattern="^[^\\x00]*$")]
Limit = Annotated[int, Field(ge=1, le=LONGEST_LIST)]
Number = Annotated[int, Field(ge=0, lt=10**18)]


class Strict(BaseModel):
    """A body: types as JSON has them, and no other fields."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Query(BaseModel):
    """A query or a path, whose values are texts; no other names."""

    model_config = ConfigDict(extra="forbid")


class ErrorDetail(Strict):
    code: str
    message: str


class Error(Strict):
    """Why a request was not done."""

    error: ErrorDetail


class About(Strict):
    """What answers here."""

    version: str
    api: int
    server: str


class WorldAddresses(Strict):
    """A world, and where it answers; null for what is not there."""

    name: str
    learner_service: str | None
    learner_service_r9: str | None
    portal: str | None


class WorldList(RootModel[list[WorldAddresses]]):
    """The worlds of this server; `main` comes first."""


class NewWorld(Strict):
    """A world to make, with the starting data (`start`), or like a snapshot of `main`."""

    name: Text
    like: Text = "start"
    seed: Annotated[int, Field(ge=-(2**63), lt=2**63)] | None = None
    ttl: Annotated[int, Field(ge=1, lt=2**31)] | None = None


class WorldPath(Query):
    name: Text


class LearnerQuery(Query):
    uln: Text | None = None
    family_name: Text | None = None
    given_name: Text | None = None
    date_of_birth: Text | None = None
    limit: Limit = _USUAL_LIST


class LearnerPath(Query):
    uln: Text


def _model(name: str, meaning: str, fields: Mapping[str, Any], base: Any = Strict) -> Any:
    """A model whose fields come from one of the tables of fields."""
    return create_model(name, __base__=base, __doc__=meaning, **fields)


_OPTIONAL_TEXT = (str | None, None)
_OPTIONAL_NUMBER = (int | str | None, None)
_NUMBERS = ("Credits", "VersionNumber")

EventToLoad = _model(
    "EventToLoad",
    "A learning event, by the field names of `lrs-soap load`.",
    {name: _OPTIONAL_NUMBER if name in _NUMBERS else _OPTIONAL_TEXT for name in event_record.FIELDS},
)

LearnerToLoad = _model(
    "LearnerToLoad",
    "A learner, by the field names of `lrs-soap load`. Names, date of birth, gender and postcode are required.",
    {
        **{name: _OPTIONAL_NUMBER if name in _NUMBERS else _OPTIONAL_TEXT for name in learner_record.FIELDS},
        learner_record.LEARNING_EVENTS: (list[EventToLoad] | None, None),  # type: ignore[valid-type]
    },
)


class LearnersToLoad(RootModel[Any]):
    """One learner, or several, of whom all are loaded or none."""

    root: LearnerToLoad | Annotated[list[LearnerToLoad], Field(min_length=1)]  # type: ignore[valid-type]


class Ulns(Strict):
    """The ULNs of the learners that were loaded, in the order in which they were sent."""

    ulns: list[str]


LearnerFields = _model(
    "LearnerFields",
    "A learner, by the contract's field names; null is no value.",
    {
        **{name: (int if name in _NUMBERS else str | None, ...) for name in learner_record.FIELDS},
        "LinkedULNs": (list[str], ...),
    },
)


class LearnerList(RootModel[list[LearnerFields]]):  # type: ignore[valid-type]
    """Learners, those that were registered last first."""


class HistoryEntry(Strict):
    """A change to a learner. `fields` has the values before and after, by the names of the learner's fields."""

    action: str
    moment: str
    organisation: str
    user: str
    fields: dict[str, tuple[str | None, str | None]]


LearningEventFields = _model(
    "LearningEventFields",
    "A learning event, by the contract's field names; null is no value.",
    {"ID": (int, ...), **{name: (int if name in _NUMBERS else str | None, ...) for name in event_record.FIELDS}},
)

LearnerKnown = _model(
    "LearnerKnown",
    "A learner with its history, oldest change first, and its learning events.",
    {
        learner_record.LEARNING_EVENTS: (list[LearningEventFields], ...),  # type: ignore[valid-type]
        "History": (list[HistoryEntry], ...),
    },
    LearnerFields,
)


class Master(Strict):
    """The ULN that the person keeps."""

    master: Text


class ChallengeQuery(Query):
    uln: Text | None = None
    status: Literal["open", "resolved", "rejected", "withdrawn"] | None = None
    limit: Limit = _USUAL_LIST


class ChallengePath(Query):
    reference: Text


class ChallengeShown(Strict):
    """A data challenge. `outcome` is what people read of what has become of it."""

    reference: str
    uln: str
    kind: Literal["ULN", "event"]
    problem: str
    status: Literal["open", "resolved", "rejected", "withdrawn"]
    organisation: str
    raised: str
    comments: str
    outcome: str


class ChallengeList(RootModel[list[ChallengeShown]]):
    """Data challenges, those that were raised last first."""


class ChallengeKnown(ChallengeShown):
    """A data challenge with all that was said, and with what its resolution has changed (`effect`).

    `events` are the IDs of the events that it is about. `proposed` has values by the contract's field names.
    """

    user: str
    other_uln: str
    other_given_name: str
    other_family_name: str
    master_uln: str
    events: list[int]
    proposed: dict[str, str]
    contact_name: str
    contact_email: str
    contact_telephone: str
    closed: str | None
    effect: str


class Resolution(Strict):
    """What a challenge is resolved with: `text` with any, and the fields that its problem has.

    `master` is the ULN that the person keeps, `values` are those that the event gets in place of those proposed, `to`
    is the ULN of the learner to whom it goes, `remove` whether it goes to nobody, `event_id` that of the event to
    remove, `delete` whether the learner is deleted.
    """

    text: LongText = ""
    master: Text = ""
    delete: bool = False
    values: dict[Text, Text] = Field(default_factory=dict)
    to: Text = ""
    remove: bool = False
    event_id: Number = 0


class Rejection(Strict):
    """Why a challenge is rejected."""

    text: LongText


class OrganisationPath(Query):
    ukprn: Text


class OrganisationChange(Strict):
    """An organisation. What is not given stays as it is; a new one needs `organisation_ref`, `name` and `password`."""

    organisation_ref: Text | None = None
    name: Text | None = None
    password: Text | None = None
    roles: list[Text] | None = None
    suspended: bool | None = None
    permissions_disabled: bool | None = None


class OrganisationHeld(Strict):
    """An organisation, with its roles by the guide's names."""

    ukprn: str
    organisation_ref: str
    name: str
    suspended: bool
    permissions_disabled: bool
    roles: list[str]


class OrganisationList(RootModel[list[OrganisationHeld]]):
    """The organisations, by UKPRN."""


class UserPath(OrganisationPath):
    name: Text


class UserChange(Strict):
    """A user. What is not given stays. A new one needs `given_name`, `family_name`, `email`, `roles` and `password`.

    With `one_time` the password has to be changed at the next login. A `secret_question` goes with a `secret_answer`.
    """

    given_name: Text | None = None
    family_name: Text | None = None
    email: Text | None = None
    verification: Text | None = None
    title: Text | None = None
    landline: Text | None = None
    mobile: Text | None = None
    reference: Text | None = None
    roles: list[Text] | None = None
    password: Text | None = None
    one_time: bool | None = None
    secret_question: Text | None = None
    secret_answer: Text | None = None
    suspended: bool | None = None
    permissions_disabled: bool | None = None


class UserHeld(Strict):
    """A user, with the roles by the guide's names; null is no secret question yet."""

    name: str
    ukprn: str
    given_name: str
    family_name: str
    email: str
    verification: str
    title: str
    landline: str
    mobile: str
    reference: str
    roles: list[str]
    suspended: bool
    permissions_disabled: bool
    one_time: bool
    secret_question: str | None


class MailQuery(Query):
    limit: Limit = _USUAL_LIST


class MailShown(Strict):
    """A mail that the portal would have sent."""

    time: str
    to: str
    subject: str
    body: str


class MailList(RootModel[list[MailShown]]):
    """The mail, the last first."""


class JobQuery(Query):
    limit: Limit = _USUAL_LIST


class JobPath(Query):
    job_id: Number


class JobShown(Strict):
    """A batch job. `counts` are those of a job that registers, by the contract's names; null for one that verifies."""

    job_id: int
    kind: str
    status: str
    records: int
    done: int
    counts: dict[str, int] | None
    submitted: str


class JobList(RootModel[list[JobShown]]):
    """The jobs of all organisations, those that were submitted last first."""


class ExchangeQuery(Query):
    operation: Text | None = None
    code: Text | None = None
    organisation: Text | None = None
    user: Text | None = None
    uln: Annotated[str, Field(pattern="^[0-9]{1,10}$")] | None = None
    after: Number = 0
    limit: Limit = _USUAL_LIST


class ExchangePath(Query):
    exchange_id: Text


class ReasonShown(Strict):
    """One fact that led to the answer: the rule, and what it found in words; the rest is there where it is known."""

    rule: str
    said: str
    uln: str | None = None
    score: int | None = None
    parts: dict[str, int] | None = None
    fields: list[str] | None = None
    sent: list[str] | None = None
    held: list[str] | None = None
    findings: list[str] | None = None


class NearMissShown(Strict):
    """A learner whom a find has looked at and not found: what agrees (`parts`), and what does not (`fields`)."""

    uln: str
    score: int
    parts: dict[str, int]
    fields: list[str]
    sent: list[str]
    held: list[str]


class ExchangeShown(Strict):
    """A request over SOAP and what came of it. `sequence` grows as exchanges become visible."""

    id: str
    sequence: int
    time: str
    world_time: str
    operation: str | None
    organisation: str | None
    claimed_organisation: str | None
    user: str | None
    caller: str | None
    certificate: str | None
    code: str | None
    status: int
    milliseconds: float
    stages: dict[str, float]
    scenario: str | None
    reasons: list[ReasonShown]
    findings: list[str]
    nearest: list[NearMissShown] | None


class ExchangeList(RootModel[list[ExchangeShown]]):
    """Exchanges, the newest first."""


class MessageShown(Strict):
    """A request or an answer, without secrets. `length` is how many bytes it had; of a long one the rest is `cut`."""

    headers: dict[str, str]
    body: str
    encoding: Literal["utf-8", "base64"]
    length: int
    cut: bool


class ExchangeKnown(ExchangeShown):
    """An exchange with its request and its answer."""

    request: MessageShown
    answer: MessageShown


Mode = Literal["real", "still", "running"]


class ClockShown(Strict):
    """What a world's clock shows."""

    now: str
    mode: Mode


class ClockChange(Strict):
    """One of `set` with or without `mode`, `advance`, or `mode`."""

    set: Text | None = None
    mode: Mode | None = None
    advance: int | Annotated[float, Field(allow_inf_nan=False)] | Text | None = None


class PolicyShown(RootModel[dict[str, Any]]):
    """The settings of a world, by the names of `lrs-soap settings`."""


class PolicyChange(RootModel[dict[str, bool | int | str | list[str] | None]]):
    """Values for settings of a world, as a settings file has them; null takes a change back."""

    model_config = ConfigDict(strict=True)


class Seed(Strict):
    """With the same seed the same ULNs are issued."""

    seed: Annotated[int, Field(ge=-(2**63), lt=2**63)] | None = None


class SnapshotPath(Query):
    name: Text


class SnapshotShown(Strict):
    """A snapshot."""

    name: str


class SnapshotList(RootModel[list[SnapshotShown]]):
    """The snapshots of a world."""


class NewScenario(Scenario):
    """A scenario to add, behind those that there are."""


class ScenarioPath(Query):
    name: Text


class ScenarioShown(Strict):
    """A scenario, how many requests have fitted it, and how many of those it has hit."""

    name: str
    when: dict[str, str]
    after: int
    times: int | None
    share: float
    seed: int
    do: dict[str, Any]
    fitted: int
    hit: int


class ScenarioList(RootModel[list[ScenarioShown]]):
    """The scenarios of a world, in the order in which they are tried."""
