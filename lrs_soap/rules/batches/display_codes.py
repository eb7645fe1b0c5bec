"""How the return codes of a batch's records are shown: a client may know others than the service's own."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from lrs_soap.rules.values.codes import SHOWN_BY_SOAP, ReturnCode

_SHOWN_AS = re.compile(r"(RC[0-9]{3})\s*=\s*(RC[0-9]{3})")
_CODES = {code.value: code for code in ReturnCode}


@dataclass(frozen=True, slots=True)
class DisplayCode:
    """A return code, and the code that is shown in its place."""

    code: ReturnCode
    shown: str

    def __str__(self) -> str:
        return f"{self.code.value}={self.shown}"

    @classmethod
    def parse(cls, text: str) -> DisplayCode:
        """Read `RC002=RC003`. Raises ValueError for another form, and if the first code does not exist."""
        found = _SHOWN_AS.fullmatch(text.strip())
        if found is None or found[1] not in _CODES:
            raise ValueError(f"{text!r} is not of the form RC002=RC003")
        return cls(_CODES[found[1]], found[2])


def displayed(code: ReturnCode, display_codes: Iterable[DisplayCode] = (), *, by_soap: bool = False) -> str:
    """A return code as it is shown in a file, or `by_soap` in an answer.

    `display_codes` are the codes that are shown as others; if a code has several, the first counts.
    """
    if by_soap:
        code = SHOWN_BY_SOAP[code]
    return next((each.shown for each in display_codes if each.code is code), code.value)
