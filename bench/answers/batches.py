"""Batches and their outputs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from random import Random

from bench.answers.known_cases import VERIFIED
from bench.answers.messages import TEST_COLLEGE, Values, Who, call
from bench.answers.people import GRACE, NOBODY, PEOPLE, STRANGERS, made_up
from bench.answers.request import Request

_AMELIA = {
    "MISIdentifier": "mis-1",
    "GivenName": "Amelia",
    "FamilyName": "Hartwell",
    "LastKnownPostCode": "LS2 9JT",
    "DateOfBirth": "2007-09-03",
    "Gender": "2",
    "VerificationType": "2",
    "AbilityToShare": "1",
}
_IMOGEN = {
    "ULN": "5918043623",
    "GivenName": "Imogen",
    "FamilyName": "Sallis",
    "DateOfBirth": "2007-01-05",
    "LastKnownPostCode": "PL4 8AA",
}
_PRIYA = {"GivenName": "Priya", "FamilyName": "Iyer", "DateOfBirth": "2002-02-28", "LastKnownPostCode": "LE2 7LB"}
_OUTCOMES: tuple[Mapping[str, str], ...] = (
    {},
    {"GivenName": "Grace", "FamilyName": "Okafor", "DateOfBirth": "2005-03-14", "LastKnownPostCode": "LS1 4AP"},
    _IMOGEN,
    _IMOGEN,
    {"ULN": "2865174033"},
    _PRIYA,
    {"GivenName": "Lottie", "FamilyName": "Thornbury", "DateOfBirth": "2004-06-17", "LastKnownPostCode": "YO31 8RN"},
    {"GivenName": "Olivia", "FamilyName": "Hughes", "DateOfBirth": "2000-01-01"},
    {"ULN": NOBODY},
    {"ULN": "4739516283"},
    {"ULN": GRACE["ULN"]},
    {**made_up(590), "AbilityToShare": ""},
    {**made_up(591), "VerificationType": ""},
    {"FamilyName": "Nowell", "LastKnownPostCode": ""},
    {"FamilyName": "Nowell", "DateOfBirth": "", "Gender": ""},
    {"DateOfBirth": "1900-02-29"},
    {"DateOfBirth": "2020-09-03"},
    {"FamilyName": "Bogus"},
    {"ULN": "4170265831"},
    {"VerificationType": "999"},
)
"""Changes to a new learner; together they lead to most of the return codes."""

_SPOILED: tuple[Mapping[str, str], ...] = (
    {"Gender": "3"},
    {"DateOfBirth": "yesterday"},
    {"FamilyName": "x" * 36},
    {"ULN": "1"},
    {"AbilityToShare": "3"},
    {"EmailAddress": "nobody"},
    {"GivenName": ""},
)


def known_batches() -> Iterator[Request]:
    """Batches with every kind of record, of one record and of two hundred, and ones that are refused."""
    for kind in ("CHK", "FUL", "CHK"):
        for place, changes in enumerate(_OUTCOMES):
            yield from registered(f"{kind} {place}", kind, [_without_empty({**_AMELIA, **changes})])
        yield from registered(f"all {kind}", kind, [_without_empty({**_AMELIA, **each}) for each in _OUTCOMES])
    for kind in ("CHK", "FUL"):
        yield from registered(f"200 {kind}", kind, [made_up(number) for number in range(600, 800)])
    for place, changes in enumerate(_SPOILED):
        records = [made_up(800 + place), {**_AMELIA, **changes}]
        yield from registered(f"spoiled {place}", "FUL", records)
    yield from verified("everybody", [{field: each[field] for field in VERIFIED} for each in PEOPLE])
    yield from verified("200", [{**GRACE, "MISIdentifier": str(number)} for number in range(200)])
    yield from verified("spoiled", [GRACE, {**GRACE, "Gender": "3"}, {**GRACE, "DateOfBirth": "1900-02-29"}])
    yield from _refused()


def random_batch(random: Random, number: int) -> Iterator[Request]:
    """Return a small batch of a few random records; `number` distinguishes it from others."""
    size = random.randint(1, 5)
    if random.random() < 0.4:
        people = random.choices(PEOPLE, k=size)
        swapped = [{**each, "FamilyName": random.choice(people)["FamilyName"]} for each in people]
        yield from verified(f"random {number}", swapped)
        return
    pool = [*({**_AMELIA, **each} for each in _OUTCOMES), *(made_up(n) for n in range(600, 620)), *PEOPLE]
    records = [_without_empty({**each, "MISIdentifier": f"{number}"}) for each in random.choices(pool, k=size)]
    yield from registered(f"random {number}", random.choice(("FUL", "FUL", "CHK")), records)


def registered(label: str, kind: str, records: Sequence[Values], who: Who = TEST_COLLEGE) -> Iterator[Request]:
    """A batch for registration, and its output when it is done."""
    job = f"job {label}"
    yield submit_batch(label, kind, records, who, keep=job)
    yield replace(call("GetSubmitBatchOutput", {"JobID": f"$({job})"}, label, who), until_done=True)


def verified(label: str, records: Sequence[Values]) -> Iterator[Request]:
    """A batch for verification, and its output when it is done."""
    job = f"verification {label}"
    values: Values = {"LearnerRecordCount": str(len(records)), "Learner": records}
    yield call("SubmitVerifyBatch", values, label, keep=job)
    yield replace(call("GetVerifyBatchOutput", {"JobID": f"$({job})"}, label), until_done=True)


def submit_batch(
    label: str, kind: str, records: Sequence[Values], who: Who = TEST_COLLEGE, *, keep: str | None = None
) -> Request:
    """A batch for registration."""
    values: Values = {"JobType": kind, "LearnerRecordCount": str(len(records)), "Learner": records}
    return call("SubmitBatch", values, label, who, keep=keep)


def _refused() -> Iterator[Request]:
    for count in ("2", "0", "201", "x", ""):
        for name in ("SubmitBatch", "SubmitVerifyBatch"):
            learner = _AMELIA if name == "SubmitBatch" else GRACE
            values: Values = {"JobType": "FUL", "LearnerRecordCount": count, "Learner": [learner]}
            yield call(name, values, f"LearnerRecordCount {count or 'empty'}")
    for name in ("SubmitBatch", "SubmitVerifyBatch"):
        values = {"JobType": "FUL", "LearnerRecordCount": "200", "Learner": [made_up(number) for number in range(201)]}
        yield call(name, values, "201 records")
        yield call(name, {"JobType": "FUL", "LearnerRecordCount": "1", "Learner": []}, "no records")
    yield submit_batch("a job type that there is not", "ALL", [_AMELIA])
    other = STRANGERS["an organisation without access to records"]
    for name in ("GetSubmitBatchOutput", "GetVerifyBatchOutput"):
        for job in ("$(job FUL 0)", "$(verification everybody)"):
            yield call(name, {"JobID": job}, f"of {job[2:-1]}")
            yield call(name, {"JobID": job}, f"of {job[2:-1]}, from another organisation", other)
        for job in ("0", "-1", "one", "", "9" * 18, "9" * 30, "+1", " 1 "):
            yield call(name, {"JobID": job}, f"JobID {job!r}")


def _without_empty(record: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in record.items() if value}
