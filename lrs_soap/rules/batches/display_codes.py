"""How the return codes of a batch's records are shown, since the service's own are only in part published."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from lrs_soap.rules.values.codes import SHOWN_BY_SOAP, ReturnCode

_SHOWN_AS = re.compile(r"(RC[0-9]{3})\s*=\s*(RC[0-9]{3})")
_CODES = {code.value: code for code in ReturnCode}


@dataclass(frozen=True, slots=True)
class ShownAs:
    """One return code, and what is shown in its place."""

    code: ReturnCode
    shown: str

    def __str__(self) -> str:
        return f"{self.code.value}={self.shown}"

    @classmethod
    def parse(cls, text: str) -> ShownAs:
        """Read `RC002=RC003`. Raises ValueError, also where there is no such code to show otherwise."""
        found = _SHOWN_AS.fullmatch(text.strip())
        if found is None or found[1] not in _CODES:
            raise ValueError(f"{text!r} is not of the form RC002=RC003")
        return cls(_CODES[found[1]], found[2])


def shown(code: ReturnCode, instead: Iterable[ShownAs] = (), *, by_soap: bool = False) -> str:
    """A return code as it is shown: in files, or, `by_soap`, in an answer, which has no code of its own for the age.

    `instead` are those that are shown as others; of several for one code the first counts.
    """
    if by_soap:
        code = SHOWN_BY_SOAP[code]
    return next((each.shown for each in instead if each.code is code), code.value)
