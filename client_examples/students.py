"""Read a college's CSV file of new students into what the Learning Records Service takes, however the file was typed.

nightly.py uses it: copy both along. The file has the columns of `COLUMNS`, in any order, and is in UTF-8 or, as older
spreadsheets save it, Windows-1252. A postcode that is missing becomes ZZ99 9ZZ, which stands for no known postcode.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

COLUMNS = (
    *("Student No", "Surname", "Forename", "Date of Birth", "Sex", "Postcode", "Address", "Town", "Email", "ULN"),
    *("ID Seen", "Privacy Notice"),
)

NO_POSTCODE = "ZZ99 9ZZ"
NO_ULN = "9999999999"
DATE_FORMATS = ("%d/%m/%Y", "%Y-%m-%d", "%d-%m-%Y", "%d.%m.%Y", "%Y-%m-%d %H:%M:%S", "%d %b %Y", "%d %B %Y")
GENDERS = {"m": "1", "male": "1", "f": "2", "female": "2", "x": "9", "other": "9", "": "0", "not known": "0"}
VERIFICATION_TYPES = {
    "": "0",
    "none": "0",
    "known to school": "1",
    "passport": "2",
    "driving licence": "3",
    "id card": "4",
    "ni card": "5",
    "bank card": "7",
}
YES = ("y", "yes", "true", "1")


class UnusableFile(Exception):
    """The file as a whole cannot be read. The text says why."""


@dataclass(frozen=True)
class Student:
    """A student of the file, in the fields of the contract."""

    number: str
    """The college's own number, which is unique."""
    person: dict[str, str]
    """The five fields that a find needs."""
    uln: str
    """The ULN that the student brought, or ''. It may be anybody's, or none at all."""
    address: dict[str, str]
    """The address as far as it is known, and the e-mail address."""
    registration: dict[str, str]
    """What a registration needs besides."""


@dataclass
class Reading:
    """What a file held."""

    students: list[Student] = field(default_factory=list)
    rejected: list[tuple[str, str]] = field(default_factory=list)
    """Student number, or else the line, of each row that cannot be used, and why."""
    blank: int = 0
    """How many rows hold nothing."""
    repeated: int = 0
    """How many rows say again what an earlier one says."""


def read_students(file: Path) -> Reading:
    """The students of a CSV file. Raises UnusableFile."""
    try:
        rows = csv.DictReader(decoded(file))
        missing = set(COLUMNS) - {clean(name) for name in rows.fieldnames or ()}
    except OSError as error:
        raise UnusableFile(f"{file}: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise UnusableFile(f"{file} is neither in UTF-8 nor in Windows-1252.") from None
    if missing:
        raise UnusableFile(f"{file} has no column {', '.join(sorted(missing))}.")
    reading = Reading()
    seen: dict[str, Student] = {}
    for row in rows:
        values = {clean(name): clean(value) for name, value in row.items() if name is not None}
        if not any(values.values()):
            reading.blank += 1
            continue
        try:
            student = student_of(values)
        except ValueError as error:
            reading.rejected.append((values["Student No"] or f"line {rows.line_num}", str(error)))
            continue
        earlier = seen.setdefault(student.number, student)
        if earlier is student:
            reading.students.append(student)
        elif earlier == student:
            reading.repeated += 1
        else:
            reading.rejected.append((student.number, "an earlier row has the same Student No for other details"))
    return reading


def student_of(values: dict[str, str]) -> Student:
    """The student of a row. Raises ValueError if something that everything else depends on is missing or unreadable."""
    for column in ("Student No", "Surname", "Forename", "Date of Birth"):
        if not values.get(column):
            raise ValueError(f"{column} is missing")
    gender = GENDERS.get(values["Sex"].lower())
    if gender is None:
        raise ValueError(f"Sex {values['Sex']!r} is not known to this program")
    verification = VERIFICATION_TYPES.get(values["ID Seen"].lower())
    if verification is None:
        raise ValueError(f"ID Seen {values['ID Seen']!r} is not known to this program")
    known_postcode = postcode_of(values["Postcode"])
    address = {
        "LastKnownAddressLine1": values["Address"],
        "LastKnownAddressTown": values["Town"],
        "LastKnownPostCode": known_postcode,
        "EmailAddress": values["Email"],
    }
    return Student(
        number=values["Student No"],
        person={
            "FamilyName": name_of(values["Surname"]),
            "GivenName": name_of(values["Forename"]),
            "DateOfBirth": date_of(values["Date of Birth"]).isoformat(),
            "Gender": gender,
            "LastKnownPostCode": known_postcode or NO_POSTCODE,
        },
        uln=uln_of(values["ULN"]),
        address={name: value for name, value in address.items() if value},
        registration={
            "VerificationType": verification,
            "AbilityToShare": "1" if values["Privacy Notice"].lower() in YES else "0",
        },
    )


def decoded(file: Path) -> io.StringIO:
    """The text of a file in UTF-8 or Windows-1252. Raises OSError, UnicodeDecodeError."""
    content = file.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252")
    return io.StringIO(text, newline="")


def clean(value: str | None) -> str:
    """A value without the white space around it, and with single spaces inside, also where they were non-breaking."""
    return " ".join((value or "").split())


def name_of(text: str) -> str:
    """A name in capitals as people write it, if it was typed all in capitals or all in small letters."""
    return text.title() if text.isupper() or text.islower() else text


def date_of(text: str) -> date:
    """A date as spreadsheets write it, the day before the month. Raises ValueError."""
    for form in DATE_FORMATS:
        try:
            return datetime.strptime(text, form).date()
        except ValueError:
            continue
    raise ValueError(f"Date of Birth {text!r} is not a date such as 31/12/2008 or 2008-12-31")


def postcode_of(text: str) -> str:
    """A postcode in capitals with its one space, or '' if none is known."""
    joined = text.replace(" ", "").upper()
    if joined in ("", "UNKNOWN", "N/A"):
        return ""
    # A British Forces Post Office has a number of one to four digits after the space.
    split = 4 if joined.startswith("BFPO") else -3
    return f"{joined[:split]} {joined[split:]}"


def uln_of(text: str) -> str:
    """A ULN without what people type between its digits; what cannot be a ULN stays as it is, and none is ''."""
    typed = re.sub(r"[\s'-]", "", text)
    return "" if typed == NO_ULN else typed
