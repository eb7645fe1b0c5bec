"""The name of a batch file: `LRB_<UKPRN>_<DDMMYYYYHHMM>.CSV`, or `.XML`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from lrs_soap.errors import InvalidRecord
from lrs_soap.rules.values.quotation import shortened

CSV, XML = "CSV", "XML"

_NAME = re.compile(r"LRB_([0-9A-Za-z]{8})_([0-9]{12})\.(CSV|XML)")
_MOMENT = "%d%m%Y%H%M"
_LONGEST_QUOTED = 60


@dataclass(frozen=True, slots=True)
class FileName:
    """The parts of a name: the owner's UKPRN, the moment, which has no time zone, and the format, `CSV` or `XML`."""

    ukprn: str
    moment: datetime
    format: str

    def __str__(self) -> str:
        return f"LRB_{self.ukprn}_{self.moment.strftime(_MOMENT)}.{self.format}"


def parse(name: str) -> FileName:
    """The parts of a file's name. Raises InvalidRecord, whose message says what the name has to be."""
    found = _NAME.fullmatch(name)
    if found is None:
        raise _wrong(name, _what_is_wrong(name))
    ukprn, digits, file_format = found.groups()
    try:
        # strptime alone would accept a year of fewer digits.
        moment = datetime.strptime(digits, _MOMENT)
    except ValueError:
        raise _wrong(name, f"{digits} is no day and time, day first, as 0109{digits[4:8]}1430 is") from None
    return FileName(ukprn, moment, file_format)


def _what_is_wrong(name: str) -> str:
    if name != name.upper() and _NAME.fullmatch(name.upper()):
        return "its extension and LRB have to be in capitals"
    return "it has to be LRB_<UKPRN>_<DDMMYYYYHHMM>.CSV or .XML"


def _wrong(name: str, reason: str) -> InvalidRecord:
    return InvalidRecord(f"the file is called {shortened(name, _LONGEST_QUOTED)!r}: {reason}")
