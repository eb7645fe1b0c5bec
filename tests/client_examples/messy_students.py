"""A college's CSV file of new students, as badly typed as such files are, and what has to become of each row.

The file is the same in every run. Some students are learners of the starting data; the others are like nobody there and
like nobody else in the file.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from random import Random

COLUMNS = (
    *("Student No", "Surname", "Forename", "Date of Birth", "Sex", "Postcode", "Address", "Town", "Email", "ULN"),
    *("ID Seen", "Privacy Notice"),
)

REGISTERED, FOUND, VERIFIED, MASTER = "registered", "found", "verified", "verified, and linked to this master"
UNDECIDED, PROBLEM, BLANK, REPEATED = "undecided", "problem", "blank", "repeated"


@dataclass(frozen=True)
class Row:
    """A row of the file, and its outcome: how the student's ULN is found, or one of UNDECIDED to REPEATED.

    `uln` is the ULN that the student gets, None if it is a new one or none; `updated` says that the address is.
    """

    cells: tuple[str, ...]
    outcome: str
    uln: str | None = None
    updated: bool = False

    @property
    def number(self) -> str:
        return self.cells[0].strip()


def messy_students(number: int = 300) -> list[Row]:
    """So many rows, of which the first 31 are the difficult ones."""
    rows = _difficult_rows()
    new = _new_students()
    rows += [next(new) for _ in range(number - len(rows))]
    return rows


def outcomes(rows: list[Row]) -> Counter[str]:
    """How many rows have each outcome."""
    return Counter(row.outcome for row in rows)


def as_csv(rows: list[Row], encoding: str = "cp1252") -> bytes:
    """The file, as a spreadsheet saves it."""
    target = io.StringIO(newline="")
    writer = csv.writer(target)
    writer.writerow(f" {name} " if name == "Sex" else name for name in COLUMNS)
    writer.writerows(row.cells for row in rows)
    return target.getvalue().encode(encoding)


def _row(outcome: str, *cells: str, uln: str | None = None, updated: bool = False) -> Row:
    """The cells are in the order of the columns; those that are left out at the end are empty."""
    return Row((*cells, *[""] * (len(COLUMNS) - len(cells))), outcome, uln, updated)


def _difficult_rows() -> list[Row]:
    moved = ("12 New Street", "Leeds")
    blank = ("", " ", "\u00a0", "")
    seen = ("", "", "", "", "passport", "y")
    return [
        _row(FOUND, "K01", "OKAFOR", " grace ", "14/03/2005", "F", "ls1 4ap", *moved, uln="4170265830", updated=True),
        _row(VERIFIED, "K02", "Thackeray", "ROWAN", "2004-11-02", "Male", "YO213PR", "7 Orchard Rise", "",
             "rowan@example.org", "5629 103 473", uln="5629103473", updated=True),
        _row(FOUND, "K03", "NÚÑEZ-O’HARA", "zoë-marie", "30/7/2006", "female", "bs8  1th", uln="6382750203"),
        _row(FOUND, "K04", "Iyer", "Priya", "28/02/2002", "f", "LE2 7LB", uln="9140837261"),
        _row(MASTER, "K05", "Raman", "Pria", "28.02.2002", "F", "", "", "", "", "3496281501", uln="9140837261"),
        _row(FOUND, "K06", "Adeyemi", "Samuel", "29/02/2004", "M", "bfpo12", "", "", "", "6238596030",
             uln="8031459273"),
        _row(FOUND, "K07", "Marsh", "Gwendolen", "1993-09-21 00:00:00", "F", "SA1 3SN", "", "", "", "6835192747",
             uln="6835192746"),
        _row(FOUND, "K08", "Hartley", "Margaret", "21-05-1988", "F", "CF10 2HQ", "", "", "", "9999999999",
             uln="8294601755"),
        _row(FOUND, "K09", "MACPHERSON", "callum", "9 Dec 2003", "m", "eh6 7qt", "", "", "", "4.17E+09",
             uln="7053182648"),
        _row(UNDECIDED, "K10", "Thornbury", "Lottie", "17/06/2004", "F", "YO31 8RN", *seen),
        _row(UNDECIDED, "K11", "Ashworth", "Daniel", "01/01/2001", "M", "SK1 3XE", *seen),
        _row(PROBLEM, "K12", "Hughes", "Olivia", "01/01/2000", "F", "SK1 3XE", *seen),
        # The ULN and the details are those of a learner who was deleted.
        _row(REGISTERED, "K13", "Fenwick", "Tobias", "17/10/2005", "M", "NR3 1JE", "", "", "", "4739516283"),
        _row(FOUND, "K14", "Rourke", "Declan", "23/08/1999", "M", "L8 5SN", uln="6602379142"),
        _row(FOUND, "K15", "Sallis", "Imogen", "05/01/2007", "F", "PL4 8AA", "3 Hoe Road", "Plymouth",
             uln="5918043623", updated=True),
        _row(PROBLEM, "K16", "Nosuchday", "Ada", "31/02/2008", "F", "LS2 9JT"),
        _row(PROBLEM, "K17", "Shortyear", "Ada", "02/05/07", "F", "LS2 9JT"),
        _row(PROBLEM, "K18", "Undated", "Ada", "", "F", "LS2 9JT"),
        _row(PROBLEM, "K19", "", "Ada", "02/05/2007", "F", "LS2 9JT"),
        _row(PROBLEM, " ", "Numberless", "Ada", "02/05/2007", "F", "LS2 9JT"),
        _row(PROBLEM, "K21", "Tooyoung", "Ada", "02/05/2020", "F", "LS2 9JT", *seen),
        _row(PROBLEM, "K22", "Bogus", "Ada", "02/05/2007", "F", "LS2 9JT", *seen),
        _row(PROBLEM, "K23", "Unposted", "Ada", "02/05/2007", "F", "LEEDS", *seen),
        _row(PROBLEM, "K24", "Cardless", "Ada", "02/05/2007", "F", "LS2 9JT", "", "", "", "", "library card"),
        _row(BLANK, *blank),
        _row(BLANK),
        _row(REGISTERED, "K27", "GRÄFENBERG-O'NEILL", "siân", "03/02/2005", "F", "LL57 2DG", *seen),
        _row(REPEATED, " K27", "Gräfenberg-O'Neill ", "Siân", "2005-02-03", "Female", "ll572dg", *seen),
        _row(PROBLEM, "K27", "Otherwise", "Ada", "02/05/2007", "F", "LS2 9JT"),
        # One person, two numbers.
        _row(FOUND, "K30", "Gräfenberg-O’Neill", "SIÂN", "3/2/2005", "F", "LL57 2DG", *seen),
        _row(REGISTERED, "K31", "Nowhere", "Renée", "12/12/2004", "X", "unknown", *seen),
    ]  # fmt: skip


_SYLLABLES = (
    "bar",
    "den",
    "fos",
    "gil",
    "hol",
    "kem",
    "lud",
    "mor",
    "nev",
    "pol",
    "rad",
    "sut",
    "til",
    "vor",
    "wen",
    "zak",
)
_FORENAMES = ("Ada", "José", "Siân", "Zoë", "D'Arcy", "Mary-Jane", "Noël", "Björn", "Chloe", "Mohammed", "François")
_AREAS = ("LS", "YO", "HG", "BD", "HX", "WF", "HD", "DN")
_FORMS = ("%d/%m/%Y", "%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%Y-%m-%d %H:%M:%S")
_CASES = (str, str.upper, str.lower, "  {} ".format, str)
_FIRST_BIRTHDAY = date(2006, 1, 3)


def _new_students() -> Iterator[Row]:
    """People who differ from each other in name, date of birth and, unless it is missing, postcode."""
    random = Random(20260901)
    for place in count():
        surname = "".join(random.choices(_SYLLABLES, k=3)).capitalize()
        born = _FIRST_BIRTHDAY + 5 * place * timedelta(days=1)
        postcode = f"{random.choice(_AREAS)}{place // 20 + 1} {place % 10}{'ABDEFGHJLN'[place % 20 // 2]}A"
        typed = _CASES[place % 5]
        yield _row(
            REGISTERED,
            f"N{place:03}",
            typed(surname),
            typed(random.choice(_FORENAMES)),
            born.strftime(_FORMS[place % 5]),
            ("M", "F", "male", "Female", "")[place % 5],
            "" if place % 11 == 0 else (postcode, postcode.replace(" ", "").lower())[place % 2],
            *(("", "") if place % 3 else (f"{place} High Street", "Leeds")),
            "" if place % 7 else f"n{place:03}@example.org",
            "",
            ("passport", "Driving Licence", "", "ID card")[place % 4],
            ("Y", "no", "yes", "")[place % 4],
        )
