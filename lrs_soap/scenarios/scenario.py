"""A scenario: for which requests it steps in, for which of those, and what it does."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

_LONGEST_TEXT = 1000
_LONGEST_BODY = 64 * 1024
_LONGEST_DELAY = 3600
_NAME = re.compile("[a-z0-9-]{1,40}")

# No database takes the character 0.
_Text = Annotated[str, Field(min_length=1, max_length=_LONGEST_TEXT, pattern="^[^\\x00]*$")]
_Seconds = Annotated[float, Field(ge=0, le=_LONGEST_DELAY, allow_inf_nan=False)]
_Count = Annotated[int, Field(ge=1, lt=10**9)]


class _Strict(BaseModel):
    """Types as JSON has them, and no other fields."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class When(_Strict):
    """What a request has to be: all that is named here. An operation is named as on the wire, in any case.

    The organisation is the UKPRN or the OrganisationRef, as the request has it. Names have no case.
    """

    operation: _Text | None = None
    organisation: _Text | None = None
    user: _Text | None = None
    uln: _Text | None = None
    family_name: _Text | None = None


class Polls(_Strict):
    """A job is incomplete for so many of the outputs that are asked for."""

    polls: _Count


class Do(_Strict):
    """What is done: a `delay`, and one of the rest."""

    delay: _Seconds | Annotated[list[_Seconds], Field(min_length=2, max_length=2)] | None = None
    fault: _Text | None = None
    response_code: _Text | None = None
    http: Annotated[int, Field(ge=200, le=599)] | None = None
    body: Annotated[str, Field(max_length=_LONGEST_BODY)] | None = None
    content_type: Annotated[str, Field(pattern="^[!-~][ -~]{0,198}[!-~]$")] | None = None
    maintenance: Literal[True] | None = None
    drop: Literal["before", "after", "midway"] | None = None
    how: Literal["close", "reset"] | None = None
    drip: _Count | None = None
    job: Literal["hang", "fail"] | Polls | None = None


class Scenario(_Strict):
    """A scenario. Of the requests that fit, the first `after` pass, and the next `times` are hit; null is all of them.

    With a `share` below 1, each of those is hit or not by a draw, which is the same each time with the same `seed`.
    Without `do` it is the shipped one of its name.
    """

    name: _Text
    when: When = When()
    after: Annotated[int, Field(ge=0, lt=10**9)] = 0
    times: _Count | None = 1
    share: Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)] = 1.0
    seed: Annotated[int, Field(ge=-(2**63), lt=2**63)] = 0
    do: Do | None = None

    def definition(self) -> dict[str, Any]:
        """All but the name, as JSON has it, without what is not given."""
        return {
            "when": self.when.model_dump(exclude_none=True),
            **self.model_dump(include={"after", "times", "share", "seed"}),
            "do": {} if self.do is None else self.do.model_dump(exclude_none=True),
        }


def is_name(text: str) -> bool:
    """Whether this can be the name of a scenario: 1 to 40 small letters, digits and hyphens."""
    return _NAME.fullmatch(text) is not None
