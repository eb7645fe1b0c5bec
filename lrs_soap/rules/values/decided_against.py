"""The error of a rule that decides against what a person asked to be done."""

from __future__ import annotations

from typing import Any

from lrs_soap.errors import NotPossible


class DecidedAgainst(NotPossible):
    """A rule has decided against it: `decision` has the code and the reasons, which the journal records."""

    def __init__(self, sentence: str, decision: Any) -> None:
        super().__init__(sentence)
        self.decision = decision
