"""The learners that come nearest to a find that has found nobody, for people who want to know why."""

from __future__ import annotations

from collections.abc import Sequence

from lrs_soap.rules.names.demographics import DemographicsAgreement, DemographicsAsked, points_of, score_parts
from lrs_soap.rules.names.lookup_keys import ULN, NameKeyRow
from lrs_soap.rules.values.agreement import DATES_EQUAL, EQUAL
from lrs_soap.rules.values.decision import NearMiss

MOST_NEAR_MISSES = 3
"""How many a find names."""


def near_misses(
    asked: DemographicsAsked, compared: Sequence[tuple[NameKeyRow, DemographicsAgreement]]
) -> tuple[NearMiss, ...]:
    """The learners with the highest scores among the rows that a search has compared with `asked`, best first.

    A learner's best row counts. With equal scores, the lower ULN comes first. What is held is as the rows have it:
    names and postcodes by their keys, no optional field.
    """
    if not compared:
        return ()
    best: dict[str, tuple[int, str, NameKeyRow, DemographicsAgreement]] = {}
    for row, agreement in compared:
        uln = row[ULN]
        place = -points_of(agreement), uln, row, agreement
        if uln not in best or place < best[uln]:
            best[uln] = place
    nearest = sorted(best.values())[:MOST_NEAR_MISSES]
    return tuple([_near_miss(asked, row, agreement) for _, _, row, agreement in nearest])


def _near_miss(asked: DemographicsAsked, row: NameKeyRow, agreement: DemographicsAgreement) -> NearMiss:
    date_of_birth, _, uln, _, post_code, gender, given_name, family_name = row
    names = agreement.names
    compared = (
        ("given_name", names.given is EQUAL, asked.given_name, given_name),
        ("family_name", names.family is EQUAL, asked.family_name, family_name),
        ("date_of_birth", agreement.date is DATES_EQUAL, asked.date_of_birth, date_of_birth),
        ("gender", agreement.gender, asked.gender, gender),
        ("last_known_post_code", agreement.post_code, asked.last_known_post_code, post_code),
    )
    different = [(field, sent, held) for field, is_equal, sent, held in compared if not is_equal]
    # A search finds nobody who is equal in all of them.
    fields, sent, held = zip(*different, strict=True)
    return NearMiss(uln, fields, sent, held, score_parts(agreement))
