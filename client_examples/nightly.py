"""A college's nightly job: give new students their ULNs, correct addresses, and fetch learning records, with zeep.

    python nightly.py STUDENTS FOLDER

The environment says which service to call and who calls it: see README.md. STUDENTS is the college's CSV file;
students.py says what it may look like. For each student, the program

1. verifies the ULN that the student brought; without one, or if it is someone else's, it finds the student by name,
   date of birth, gender and postcode, and registers a student whom nobody resembles;
2. updates the address and e-mail address that the service holds, if the college's are newer;
3. reads the Personal Learning Record.

If the ULN is linked to a master, the master's ULN and names are used from then on. FOLDER gets these files:

- ulns.csv: each student's ULN and how it was found
- matches.csv: students who may be registered already. A person writes "yes" into the column "This one" of the right
  row (the last one is for "somebody new") and leaves the file there: the next run goes on from it.
- problems.csv: students for whom something failed, and why. They are tried again in the next run.
- records.csv: the learning events
- progress.jsonl: what is done. If the program stops, however it stops, run it again: it does not repeat what is there,
  and it does not register anyone twice. Delete it to begin anew.

The exit status is 0 if every student was dealt with, also if some are left to a person; 1 if the service refuses the
college; 2 if the service is closed or does not answer.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lrs_client
from lrs_client import EXACT_MATCH, MASTER_SUBSTITUTED, REGISTERED, Closed, LrsClient, LrsError, NoAnswer, Refused
from students import Reading, Student, UnusableFile, decoded, read_students

NO_MATCH, TOO_MANY_MATCHES, POSSIBLE_MATCHES = "WSRC0001", "WSRC0002", "WSRC0003"
UPDATED, STALE_VERSION = "WSRC0006", "WSRC0013"
OWN_ULN = ("WSVRC001", "WSVRC003")  # equal, or with names that are similar
LINKED_ULN = ("WSVRC002", "WSVRC004")  # the same, linked to a master
NOT_SHARED = "WSEC0206"
NO_GRADE = "9999999999"
LIKE_A_ULN = re.compile("[1-9][0-9]{9}")
# With these, no call of this organisation can succeed.
REFUSES_EVERYTHING = ("WSEC0003", "WSEC0005", "WSEC0006")

# Every update must repeat these fields. Any other field that is left out stays as it is.
REPEATED = (
    *("GivenName", "FamilyName", "LastKnownPostCode", "DateOfBirth", "Gender", "VerificationType"),
    *("OtherVerificationDescription", "AbilityToShare", "ULN", "VersionNumber"),
)
ATTEMPTS = 2

SOMEBODY_NEW = "somebody new"
MATCH_COLUMNS = (
    *("Student No", "Surname", "Forename", "Date of Birth", "Postcode", "This one", "ULN", "Held surname"),
    *("Held forename", "Held date of birth", "Held postcode"),
)
RECORD_COLUMNS = ("AchievementAwardDate", "Source", "QualificationType", "Subject", "SubjectCode", "Level", "Grade")


class Problem(Exception):
    """Something about one student that a person has to see. The text says what."""


class Undecided(Exception):
    """A person has to choose one of these learners."""

    def __init__(self, learners: list[Any]) -> None:
        super().__init__()
        self.learners = learners


@dataclass(frozen=True)
class Identity:
    """Who a student is for the service: a ULN, the names held with it, and how the program came to it."""

    uln: str
    family_name: str
    given_name: str
    how: str
    new: bool = False
    """The program has registered the student, whose record is empty then."""


class Progress:
    """What is done for each student, in a file that survives a crash: a line of JSON for each step."""

    def __init__(self, file: Path) -> None:
        self._steps: dict[tuple[str, str], Any] = {}
        whole = 0
        if file.exists():
            for line in file.read_bytes().splitlines(keepends=True):
                # A crash may have left half a line at the end.
                if line.endswith(b"\n"):
                    number, step, result = json.loads(line)
                    self._steps[number, step] = result
                    whole += len(line)
        self._target = file.open("ab")
        self._target.truncate(whole)

    def result(self, student: Student, step: str) -> Any:
        """What came of a step; None if it is still to be done."""
        return self._steps.get((student.number, step))

    def keep(self, student: Student, step: str, result: Any) -> None:
        """Note that a step is done. The note is on the disk when this returns."""
        self._steps[student.number, step] = result
        line = json.dumps([student.number, step, result], ensure_ascii=False)
        self._target.write(f"{line}\n".encode())
        self._target.flush()
        os.fsync(self._target.fileno())


class NightlyJob:
    """One run of the job. `decisions` says for a student's number which ULN, or `SOMEBODY_NEW`, a person has chosen."""

    def __init__(self, progress: Progress, decisions: dict[str, str]) -> None:
        self.progress = progress
        self.problems: dict[str, str] = {}
        self.undecided: dict[str, list[Any]] = {}
        self._decisions = decisions
        self._client = LrsClient()
        self._records = LrsClient(lrs_client.LEARNER_SERVICE_R9)

    def deal_with(self, student: Student) -> None:
        """Take the steps that are left for a student. Raises LrsError if nothing can be done for anybody."""
        try:
            self._take_steps(student)
        except Undecided as undecided:
            self.undecided[student.number] = undecided.learners
        except Problem as problem:
            self.problems[student.number] = str(problem)
        except Refused as refused:
            if refused.code in REFUSES_EVERYTHING:
                raise
            self.problems[student.number] = str(refused)

    def identity_of(self, student: Student) -> Identity | None:
        """Who a student is; None if that is not settled yet."""
        settled = self.progress.result(student, "identity")
        return None if settled is None else Identity(**settled)

    def _take_steps(self, student: Student) -> None:
        identity = self.identity_of(student)
        if identity is None:
            identity = self._identify(student)
            self.progress.keep(student, "identity", vars(identity))
            if identity.new:
                self.progress.keep(student, "address", {"address": student.address, "outcome": "registered"})
        if (self.progress.result(student, "address") or {}).get("address") != student.address:
            outcome = self._update_address(student, identity)
            self.progress.keep(student, "address", {"address": student.address, "outcome": outcome})
        if not identity.new and self.progress.result(student, "record") is None:
            self.progress.keep(student, "record", self._read_record(identity))

    def _identify(self, student: Student) -> Identity:
        """Find out who a student is, or register the student. Raises Undecided, Problem, LrsError."""
        if LIKE_A_ULN.fullmatch(student.uln) and (identity := self._verify(student)):
            return identity
        brought = f"; the ULN {student.uln} that the student brought is not theirs" if student.uln else ""
        answer = lrs_client.find(self._client, student.person)
        decision = self._decisions.get(student.number)
        if answer.ResponseCode in (EXACT_MATCH, MASTER_SUBSTITUTED):
            return identity_of(answer.Learner[0], f"found{brought}")
        if answer.ResponseCode == TOO_MANY_MATCHES:
            raise Problem("more than ten learners may be meant: complete the name and the postcode")
        if answer.ResponseCode == POSSIBLE_MATCHES and decision != SOMEBODY_NEW:
            matches = {learner.ULN: learner for learner in answer.Learner}
            if decision not in matches:
                raise Undecided(answer.Learner)
            return identity_of(matches[decision], f"chosen by a person{brought}")
        person = student.person
        answer = lrs_client.register(self._client, {**student.address, **person, **student.registration})
        if answer.ResponseCode == REGISTERED:
            return Identity(answer.ULN, person["FamilyName"], person["GivenName"], f"registered{brought}", new=True)
        if answer.ResponseCode in (EXACT_MATCH, MASTER_SUBSTITUTED):
            return identity_of(answer.Learner[0], f"found{brought}")
        raise Problem(f"{answer.ResponseCode}: the service has not registered the student")

    def _verify(self, student: Student) -> Identity | None:
        """Who the ULN that a student brought belongs to, if it is the student."""
        fields = ("FamilyName", "GivenName", "DateOfBirth", "Gender")
        verified = self._client.read(
            "verifyLearner", LearnerToVerify={"ULN": student.uln, **{name: student.person[name] for name in fields}}
        )
        if verified.ResponseCode in OWN_ULN:
            return identity_of(verified, "verified")
        if verified.ResponseCode in LINKED_ULN:
            return identity_of(self._held(identity_of(verified, "")), "verified, and linked to this master")
        return None

    def _held(self, identity: Identity) -> Any:
        """A learner as the service holds it now; a linked one's master."""
        answer = self._client.read(
            "learnerByULN",
            FindType="FUL",
            ULN=identity.uln,
            FamilyName=identity.family_name,
            GivenName=identity.given_name,
        )
        if answer.ResponseCode not in (EXACT_MATCH, MASTER_SUBSTITUTED):
            raise Problem(f"{answer.ResponseCode}: ULN {identity.uln} is not found under the names that were held")
        return answer.Learner[0]

    def _update_address(self, student: Student, identity: Identity) -> str:
        """Make the service's address the college's. Returns what was done; raises Problem, LrsError.

        An update names the version that it changes. If there is a newer one, or the answer is lost, the learner is
        found again, and what is still different is sent once more.
        """
        sent = False
        for _ in range(ATTEMPTS):
            held = self._held(identity)
            changes = {name: value for name, value in student.address.items() if value != held[name]}
            if not changes:
                return "updated" if sent else "was right"
            code = self._send_update({**{name: held[name] for name in REPEATED}, **changes})
            if code == UPDATED:
                return "updated"
            if code not in (STALE_VERSION, None):
                raise Problem(f"{code}: the address has not been updated")
            sent = True
        held = self._held(identity)
        if all(value == held[name] for name, value in student.address.items()):
            return "updated"
        raise Problem("the address has not been updated: someone else keeps changing the learner, or answers are lost")

    def _send_update(self, learner: dict[str, Any]) -> str | None:
        """The code of an update; None if the answer is lost."""
        try:
            # zeep returns the answer's only field instead of the answer.
            return str(self._client.send_once("updateSingleLearner", Learner=learner))
        except NoAnswer:
            return None

    def _read_record(self, identity: Identity) -> dict[str, Any]:
        """The code and the learning events of a record. Who has asked is shown to the learner."""
        answer = self._records.read(
            "GetLearnerLearningEvents",
            userType="ORG",
            language="ENG",
            uln=identity.uln,
            givenName=identity.given_name,
            familyName=identity.family_name,
            getType="FULL",
        )
        if answer.ResponseCode not in (EXACT_MATCH, MASTER_SUBSTITUTED, NOT_SHARED):
            raise Problem(f"{answer.ResponseCode}: the record of ULN {identity.uln} cannot be read")
        # zeep turns an empty record into None.
        events = answer.LearnerRecord.LearningEvent if answer.LearnerRecord else []
        rows = [
            {name: "" if event[name] in (None, NO_GRADE) else event[name] for name in RECORD_COLUMNS}
            for event in events
        ]
        return {"code": answer.ResponseCode, "uln": answer.FoundULN, "events": rows}


def identity_of(learner: Any, how: str) -> Identity:
    return Identity(learner.ULN, learner.FamilyName, learner.GivenName, how)


def read_decisions(file: Path) -> dict[str, str]:
    """What a person has chosen in matches.csv, by student number. A student with two choices has not been decided."""
    if not file.exists():
        return {}
    chosen = defaultdict(set)
    for row in csv.DictReader(decoded(file)):
        if (row.get("This one") or "").strip():
            chosen[(row.get("Student No") or "").strip()].add((row.get("ULN") or "").strip())
    return {number: choices.pop() for number, choices in chosen.items() if len(choices) == 1}


def write_csv(file: Path, columns: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    """Write a CSV file that spreadsheets read. It replaces the old one only when it is complete."""
    part = file.with_name(f"{file.name}.part")
    with part.open("w", encoding="utf-8-sig", newline="") as target:
        csv.writer(target).writerows([columns, *rows])
        target.flush()
        os.fsync(target.fileno())
    part.replace(file)


def match_rows(student: Student, learners: list[Any]) -> Iterator[Iterable[str]]:
    person = student.person
    details = [person[name] for name in ("FamilyName", "GivenName", "DateOfBirth", "LastKnownPostCode")]
    for each in learners:
        held = [each.FamilyName, each.GivenName, each.DateOfBirth, each.LastKnownPostCode]
        yield [student.number, *details, "", each.ULN, *held]
    yield [student.number, *details, "", SOMEBODY_NEW, "", "", "", ""]


def write_results(folder: Path, reading: Reading, job: NightlyJob) -> str:
    """Write the files of a complete run. Returns a sentence with the counts."""
    settled = {student.number: job.identity_of(student) for student in reading.students}
    owners = Counter(identity.uln for identity in settled.values() if identity is not None)
    ulns, records, matches = [], [], []
    for student in reading.students:
        identity = settled[student.number]
        if identity is not None:
            shared = "; other students of this file have the same ULN" if owners[identity.uln] > 1 else ""
            names = [identity.family_name, identity.given_name]
            address = job.progress.result(student, "address") or {"outcome": ""}
            ulns.append([student.number, identity.uln, *names, identity.how + shared, address["outcome"]])
            record = job.progress.result(student, "record") or {"events": []}
            records += [[student.number, record["uln"], *event.values()] for event in record["events"]]
        if student.number in job.undecided:
            matches += match_rows(student, job.undecided[student.number])
    problems = [*reading.rejected, *job.problems.items()]
    write_csv(folder / "ulns.csv", ("Student No", "ULN", "Surname", "Forename", "How", "Address"), ulns)
    write_csv(folder / "records.csv", ("Student No", "ULN", *RECORD_COLUMNS), records)
    write_csv(folder / "problems.csv", ("Student No", "Problem"), problems)
    write_csv(folder / "matches.csv", MATCH_COLUMNS, matches)
    return (
        f"Students: {len(reading.students)}; with ULNs: {len(ulns)}; for a person to decide: {len(job.undecided)}; "
        f"with problems: {len(problems)}. Blank rows: {reading.blank}; repeated rows: {reading.repeated}."
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="Give new students their ULNs.")
    parser.add_argument("students", type=Path)
    parser.add_argument("folder", type=Path)
    given = parser.parse_args()
    try:
        reading = read_students(given.students)
        given.folder.mkdir(parents=True, exist_ok=True)
        progress = Progress(given.folder / "progress.jsonl")
        decisions = read_decisions(given.folder / "matches.csv")
    except (UnusableFile, OSError, UnicodeDecodeError) as error:
        raise LrsError(str(error)) from None
    job = NightlyJob(progress, decisions)
    for place, student in enumerate(reading.students):
        try:
            job.deal_with(student)
        except (Closed, NoAnswer) as error:
            left = f"{place} of {len(reading.students)} students are dealt with; the next run goes on from there."
            raise type(error)(f"{error} {left}") from None
    print(write_results(given.folder, reading, job))


if __name__ == "__main__":
    lrs_client.run(main)
