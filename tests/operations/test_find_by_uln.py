"""Find by ULN, among the starting data."""

from __future__ import annotations

import pytest

from lrs_soap.operations.find_by_uln import find_by_uln
from lrs_soap.rules.values.codes import ResponseCode
from lrs_soap.store.store import Store
from tests.kit.work import unit

GRACE, ZOE, CALLUM, MARGARET = "4170265830", "6382750203", "7053182648", "8294601755"
PRIYA, PRIYA_IYER, PRIA, TOBIAS = "9140837261", "2865174033", "3496281501", "4739516283"


@pytest.mark.parametrize(
    ("uln", "given", "family", "code", "found"),
    [
        (GRACE, "Grace", "Okafor", ResponseCode.EXACT_MATCH, GRACE),
        (GRACE, "GRACE", " okafor", ResponseCode.EXACT_MATCH, GRACE),
        (ZOE, "Zoe-Marie", "Nunez O'Hara", ResponseCode.EXACT_MATCH, ZOE),
        (CALLUM, "Callum", "McPherson", ResponseCode.EXACT_MATCH, CALLUM),
        (MARGARET, "Peggy", "Lloyd", ResponseCode.EXACT_MATCH, MARGARET),
        (GRACE, "Okafor", "Grace", ResponseCode.POSSIBLE_MATCHES, GRACE),
        (GRACE, "Hannah", "Okafor", ResponseCode.NO_MATCH, None),
        (PRIYA, "Priya", "Raman", ResponseCode.EXACT_MATCH, PRIYA),
        (PRIYA_IYER, "Priya", "Iyer", ResponseCode.MASTER_SUBSTITUTED, PRIYA),
        (PRIA, "Pria", "Raman", ResponseCode.MASTER_SUBSTITUTED, PRIYA),
        (PRIYA_IYER, "Iyer", "Priya", ResponseCode.POSSIBLE_MATCHES, PRIYA),
        (PRIYA_IYER, "Hannah", "Okafor", ResponseCode.NO_MATCH, None),
        (TOBIAS, "Tobias", "Fenwick", ResponseCode.NO_MATCH, None),
        ("1000000016", "Grace", "Okafor", ResponseCode.NO_MATCH, None),
        (GRACE[:-1] + "1", "Grace", "Okafor", ResponseCode.NO_MATCH, None),
    ],
)
def test_by_uln(filled: Store, uln: str, given: str, family: str, code: ResponseCode, found: str | None) -> None:
    with filled.reading() as transaction:
        decision = find_by_uln(unit(transaction), uln=uln, given_name=given, family_name=family)
    assert decision.code is code
    assert [learner.uln for learner in decision.learners] == ([] if found is None else [found])
    assert decision.reasons


def test_a_master_comes_with_its_linked_ulns(filled: Store) -> None:
    with filled.reading() as transaction:
        decision = find_by_uln(unit(transaction), uln=PRIA, given_name="Pria", family_name="Raman")
    assert decision.learners[0].linked_ulns == (PRIYA_IYER, PRIA)
