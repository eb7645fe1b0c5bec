"""The access history: an entry for each learner whose record was asked for, and who may view it."""

from __future__ import annotations

from lrs_soap.operations.merge import merge_learners
from lrs_soap.operations.view_audit import view_access_history
from lrs_soap.rules.records.access_history import AccessAction, AccessHistoryDecision, RecordAccess
from lrs_soap.rules.values.change import OPERATOR
from lrs_soap.rules.values.codes import ResponseCode
from lrs_soap.store import access_history
from lrs_soap.store.store import Store
from tests.kit.work import AUTHOR, NOW, unit

ENTRY = RecordAccess(NOW, AccessAction.VIEWED, AUTHOR)
GRACE, ROWAN, PRIYA, PRIYA_IYER = "4170265830", "5629103473", "9140837261", "2865174033"


def view(store: Store, uln: str, given_name: str, family_name: str) -> AccessHistoryDecision:
    with store.reading() as transaction:
        return view_access_history(unit(transaction), uln=uln, given_name=given_name, family_name=family_name, page=1)


def entries(store: Store, uln: str, given_name: str, family_name: str) -> tuple[RecordAccess, ...]:
    viewing = view(store, uln, given_name, family_name)
    assert viewing.page is not None
    return viewing.page.entries


def test_each_learner_has_the_entry_and_nobody_else(filled: Store) -> None:
    with filled.writing() as transaction:
        for uln in (PRIYA, PRIYA_IYER):
            access_history.add(transaction, uln, ENTRY)
    assert entries(filled, PRIYA, "Priya", "Raman") == (ENTRY,)
    assert entries(filled, PRIYA_IYER, "Priya", "Iyer") == (ENTRY,)
    assert entries(filled, "3496281501", "Pria", "Raman") == ()


def test_entries_stay_with_their_uln_whoever_is_merged(filled: Store) -> None:
    with filled.writing() as transaction:
        access_history.add(transaction, GRACE, ENTRY)
        merge_learners(unit(transaction, author=OPERATOR), ROWAN, GRACE)
    assert len(entries(filled, GRACE, "Grace", "Okafor")) == 1
    assert entries(filled, ROWAN, "Rowan", "Thackeray") == ()


def test_without_the_learner_s_own_names_there_is_no_page(filled: Store) -> None:
    for uln, names, code in (
        (GRACE, ("Grace", "Okafer"), ResponseCode.COULD_NOT_BE_VERIFIED),
        (GRACE[:-1] + "1", ("Grace", "Okafor"), ResponseCode.INVALID_ULN),
    ):
        viewing = view(filled, uln, *names)
        assert (viewing.code, viewing.learners, viewing.page) == (code, (), None)
        assert viewing.reasons
