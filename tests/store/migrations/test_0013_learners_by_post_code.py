"""A database of version 0.2.0 gets its new index and its new keys: its learners are found by the newer rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import inspect, text

from lrs_soap.operations.find_by_demographics import find_by_demographics
from lrs_soap.rules.names.demographics import DemographicsAsked
from lrs_soap.store import key_version, migrations
from lrs_soap.store.rekeying import rekey_briefly
from lrs_soap.store.store import Store
from tests.kit.earlier_databases import make_earlier_database
from tests.kit.work import unit

ULN = "1000000016"


def held(given: str, family: str, keys: tuple[str, str], **more: str) -> dict[str, Any]:
    """A learner with the two search keys of its names."""
    return {
        "uln": ULN,
        "given_name": given,
        "given_name_identity": given.lower(),
        "given_name_search": keys[0],
        "family_name": family,
        "family_name_identity": family.lower(),
        "family_name_search": keys[1],
        **more,
    }


def asked(given: str, family: str, post_code: str = "LU1 1AA", **more: str) -> DemographicsAsked:
    return DemographicsAsked(given, family, "2001-04-05", "2", post_code, **more)


@pytest.mark.parametrize(
    ("row", "question"),
    [
        (held("Nadia", "de Souza", ("nadia", "desouza")), asked("Nadja", "Souza")),
        (held("Nadia Rose", "Birch", ("nadiarose", "birch")), asked("Rose", "Burch")),
        (held("Nadia", "Souza Lima", ("nadia", "souzalima")), asked("Nadja", "Lima-Souza")),
        (held("Nadia", ".", ("nadia", "")), asked("Nadja", ".")),
        (
            held("Nadia", "Birch", ("nadia", "birch"), previous_family_name="Ash"),
            asked("Nadja", "Quayle", previous_family_name="Ash"),
        ),
        (held("Nadia", "Birch", ("nadia", "birch")), asked("Nadja", "Burch", "YO1 7HH")),
    ],
)
def test_a_learner_who_is_held_is_found_by_the_new_rules(
    database_url: str, row: Mapping[str, Any], question: DemographicsAsked
) -> None:
    make_earlier_database(database_url, "0011", [row])
    store = Store(database_url)
    with store.writing() as transaction:
        transaction.execute(text("UPDATE stored_keys SET key_version = 1, target_version = 1"))
        # It stored no key for a name without letters and digits.
        transaction.execute(text("DELETE FROM name_keys WHERE key = ''"))
    store.migrate()
    with store.reading() as transaction:
        assert not key_version.is_current(transaction)
    assert rekey_briefly(store, seconds=60)
    with store.reading() as transaction:
        decision = find_by_demographics(unit(transaction), question)
    assert [
        (learner.uln, reason.rule) for learner, reason in zip(decision.learners, decision.reasons, strict=True)
    ] == [(ULN, "P1")]
    store.close()


def test_the_index_comes_and_goes_and_every_learner_stays(database_url: str) -> None:
    make_earlier_database(database_url, "0012")
    store = Store(database_url)
    everything = text("SELECT * FROM learners ORDER BY uln")
    with store.writing() as transaction:
        before = transaction.execute(everything).all()
        for revision, is_there in (("0013", True), ("0012", False)):
            migrate = migrations.upgrade if is_there else migrations.downgrade
            migrate(transaction.connection, revision)
            indexes = {index["name"] for index in inspect(transaction.connection).get_indexes("learners")}
            assert ("ix_learners_post_code" in indexes) is is_there
            assert transaction.execute(everything).all() == before
    store.close()
