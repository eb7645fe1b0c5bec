"""Databases full of learners, and the planted learners that the requests ask for."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Mapping, Sequence

from bench.failure import BenchFailed
from lrs_soap.loading import learner_files
from lrs_soap.rules.values import uln
from lrs_soap.sample import synthetic, synthetic_learners
from lrs_soap.settings import Settings
from lrs_soap.world import World

SOMEONE = {
    "ULN": "5013926741",
    "GivenName": "Olivia",
    "FamilyName": "Fairweather",
    "DateOfBirth": "2001-02-03",
    "Gender": "2",
    "LastKnownPostCode": "LS1 4AP",
}
"""The learner that every database holds, whatever its size."""

NOBODY = {**SOMEONE, "DateOfBirth": "2002-03-04", "LastKnownPostCode": "LS2 9JT"}

_THREE_OF_A_NAME = {**SOMEONE, "GivenName": "Harriet", "FamilyName": "Winterbourne", "DateOfBirth": "2003-11-19"}
_TWELVE_OF_A_NAME = {**SOMEONE, "GivenName": "Leonora", "FamilyName": "Summerscale", "DateOfBirth": "2002-07-08"}
_FAMILY_NAME = {**SOMEONE, "FamilyName": "Autumnwell", "LastKnownPostCode": "YO1 7HH"}
ONE_OF_THREE = {**_THREE_OF_A_NAME, "LastKnownPostCode": "YO1 7HH"}
ONE_OF_TWELVE = {**_TWELVE_OF_A_NAME, "LastKnownPostCode": "YO1 7HH"}
ONE_OF_A_FAMILY = {**_FAMILY_NAME, "GivenName": "Rosamund"}

_OTHER = {**SOMEONE, "VerificationType": "1", "AbilityToShare": "1"}
# That of the synthetic learners, because under one key two numbers never have the same ULN.
_ULN_KEY = synthetic_learners.uln_key(synthetic.SEED)


def fill(database_url: str, count: int) -> None:
    """Fill a new database with `count` synthetic learners, and with those who are asked for. Raises BenchFailed."""
    planted = [
        SOMEONE,
        *(_without_uln(_THREE_OF_A_NAME, f"LS{number} 1AA") for number in range(3, 6)),
        *(_without_uln(_TWELVE_OF_A_NAME, f"LS{number} 1AA") for number in range(6, 18)),
        *(
            _without_uln({**_FAMILY_NAME, "DateOfBirth": f"{year}-05-06"}, _FAMILY_NAME["LastKnownPostCode"])
            for year in range(1950, 1980)
        ),
    ]
    with World.open(Settings(database_url=database_url)) as world:
        _load(world, planted)
        synthetic.load(world.store, count)


def add(database_url: str, more: Iterable[Mapping[str, object]]) -> None:
    """Add these learners to a database. Raises BenchFailed."""
    with World.open(Settings(database_url=database_url)) as world:
        _load(world, more)


def others(count: int) -> Sequence[Mapping[str, str]]:
    """So many learners, each of another name and with a ULN, to be loaded by `add` and updated in version 1.

    No synthetic learner has any of these ULNs: theirs have the first sequence numbers, these have the last ones.
    """
    dealt = (uln.issue(number, _ULN_KEY) for number in range(uln.STEMS - 1, -1, -1))
    return [
        {
            **SOMEONE,
            "ULN": each,
            "FamilyName": f"Fairweather {number:x}",
            "VerificationType": "1",
            "AbilityToShare": "1",
        }
        for number, each in enumerate(itertools.islice(filter(None, dealt), count))
    ]


def _load(world: World, learners: Iterable[Mapping[str, object]]) -> None:
    lines = [json.dumps(each).encode() + b"\n" for each in learners]
    result = learner_files.load(world.store, lines, clock=world.clock)
    if result.rejected:
        raise BenchFailed(f"the learners could not be loaded: {result.rejected[0]}")


def _without_uln(learner: Mapping[str, str], post_code: str) -> Mapping[str, str]:
    return {name: value for name, value in learner.items() if name != "ULN"} | {"LastKnownPostCode": post_code}
