"""Every place that has a learner's fields has those of the table. A place that lacks one fails under its own name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date

import pytest

from lrs_soap.batch.file_layout import LAYOUTS
from lrs_soap.errors import InvalidRecord
from lrs_soap.loading.learner_record import check_heading
from lrs_soap.rules.learners import field_rules
from lrs_soap.rules.learners.prohibited_text import ProhibitedText
from lrs_soap.rules.names.demographics import DemographicsAsked
from lrs_soap.rules.names.identity_keys import IdentityKeys, same_identity_key
from lrs_soap.rules.values.change import fields_changed
from lrs_soap.rules.values.learner import OPTIONAL_FIELDS, Learner
from lrs_soap.rules.values.learner_fields import (
    BY_CONTRACT_NAME,
    BY_NAME,
    FIELDS,
    IDENTITY,
    LearnerField,
    Origin,
    Prohibition,
    Question,
    mandatory_in,
)
from lrs_soap.rules.values.sent_learner import SENT_FIELDS, SentLearner
from lrs_soap.store.learner_rows import IDENTITY_COLUMNS
from lrs_soap.store.tables import learners
from lrs_soap.wsdl import facets
from lrs_soap.wsdl.declarations import Message, fields_of
from lrs_soap.wsdl.facets import Facet
from lrs_soap.wsdl.messages import learner as messages
from lrs_soap.wsdl.messages import miap_model, tempuri
from lrs_soap.wsdl.messages.findmsg import LearnerByDemographicsRqst

HELD = [field for field in FIELDS if field.is_held]
# Of these the contract has the days alone.
MOMENTS = {"created", "last_updated"}
COMPUTED = {"id", "given_name_identity", "family_name_identity", "post_code_identity", "merged_into"}
SOMEBODY = Learner("1000000016", "Nadia", "Birch", "2001-04-05", "2", "YO1 7HH", "1", "2020-01-01", "2020-01-01")
SENT = (
    messages.LearnerToRegister,
    messages.LearnerToUpdate,
    messages.BatchLearner,
    messages.MIAPLearnerToVerify,
    messages.MIAPBatchLearnerToVerify,
    LearnerByDemographicsRqst,
)
FACETS = {facet.name: facet for facet in vars(facets).values() if isinstance(facet, Facet)}


def names(of: Iterable[LearnerField]) -> set[str]:
    return {field.name for field in of}


def in_messages(*several: type[Message]) -> set[str]:
    """The fields of a learner in messages of both ports. R9's names differ in capitals, and two of them altogether."""
    by_any_capitals = {field.contract_name.casefold(): field.name for field in FIELDS}
    by_any_capitals |= {"familynameat16": "family_name_at_age_16", "recordstatus": "learner_status"}
    in_them = (field.name.casefold() for message in several for field in fields_of(message))
    return {by_any_capitals[name] for name in in_them if name in by_any_capitals}


def loadable() -> Iterator[str]:
    for field in FIELDS:
        others = [each.contract_name for each in IDENTITY if each is not field]
        try:
            check_heading([*others, field.contract_name])
        except InvalidRecord:
            continue
        yield field.name


PLACES: dict[str, tuple[set[str], set[str]]] = {
    "Learner, in rules/values/learner.py": (names(HELD), set(Learner._fields)),
    "SentLearner, in rules/values/sent_learner.py": (
        names(field for field in FIELDS if field.origin is not Origin.SERVICE),
        set(SENT_FIELDS),
    ),
    "the table of learners, in store/tables.py": (
        names(HELD) - {"linked_ulns"},
        {column.name for column in learners.columns} - COMPUTED,
    ),
    "files of learners, in loading/learner_record.py": (
        names(field for field in HELD if field.origin is not Origin.SERVICE),
        set(loadable()),
    ),
    "batch files, in batch/file_layout.py": (
        names(field for field in FIELDS if field.file_versions),
        {BY_CONTRACT_NAME[column.field].name for layout in LAYOUTS.values() for column in layout.columns},
    ),
    "requests, in wsdl/messages/": (
        names(field for field in FIELDS if field.origin is Origin.CALLER),
        in_messages(*SENT, tempuri.UpdateLearnerSubsetFields) - {"uln", "version_number"},
    ),
    # The contract need not have what only files and the operator may set.
    "learners in answers, in wsdl/messages/": (
        names(field for field in HELD if field.origin is not Origin.FILE) - MOMENTS,
        in_messages(messages.Learner, miap_model.Learner)
        - names(field for field in FIELDS if field.origin is Origin.FILE),
    ),
}


@pytest.mark.parametrize("place", PLACES)
def test_a_place_has_the_fields_of_the_table(place: str) -> None:
    expected, found = PLACES[place]
    missing, unknown = sorted(expected - found), sorted(found - expected)
    assert found == expected, f"{place} lacks {missing}, and has {unknown} that the table lacks"


def test_each_name_follows_from_the_contracts() -> None:
    for field in FIELDS:
        words = re.findall("ULNs?|MIS|[A-Z][a-z]*|[0-9]+", field.contract_name)
        assert field.name == "_".join(words).lower()


@pytest.mark.parametrize("version", LAYOUTS)
def test_a_batch_file_has_the_columns_of_its_version(version: str) -> None:
    expected = {(field.heading(version), field.contract_name) for field in FIELDS if version in field.file_versions}
    assert set(LAYOUTS[version].columns) == expected


@pytest.mark.parametrize("message", [messages.Learner, *SENT])
def test_a_message_has_the_facets_of_the_table(message: type[Message]) -> None:
    for declared in fields_of(message):
        field = BY_CONTRACT_NAME.get(declared.name)
        facet = declared.declared.facet
        if field is not None and field.facet is not None and facet is not None:
            assert facet.name in (field.facet, f"{field.facet}Nillable"), declared.name


def test_each_facet_of_the_table_is_the_contracts() -> None:
    for field in FIELDS:
        assert field.facet is None or field.facet in FACETS, field.contract_name


@pytest.mark.parametrize(
    ("question", "message"),
    [
        (Question.FIND_BY_DEMOGRAPHICS, LearnerByDemographicsRqst),
        (Question.REGISTER, messages.LearnerToRegister),
        (Question.UPDATE, messages.LearnerToUpdate),
    ],
)
def test_a_request_must_have_what_is_mandatory_in_it(question: Question, message: type[Message]) -> None:
    required = {field.name for field in fields_of(message) if field.declared.validated.least == 1}
    assert {field.contract_name for field in mandatory_in(question)} == required & set(BY_CONTRACT_NAME)


def test_a_column_may_be_empty_where_the_learners_field_may() -> None:
    required = {column.name for column in learners.columns if not column.nullable} - COMPUTED
    assert required == set(Learner._fields) - OPTIONAL_FIELDS - {"linked_ulns"}
    assert required.isdisjoint(names(field for field in FIELDS if field.is_clearable))


def test_the_five_identity_keys_are_those_of_the_table() -> None:
    asked_by = [field.removesuffix("_identity") for field in IDENTITY_COLUMNS]
    assert asked_by == list(IdentityKeys._fields)
    assert names(IDENTITY) == {"last_known_post_code" if key == "post_code" else key for key in asked_by}
    for field in IDENTITY:
        other = SOMEBODY._replace(**{field.name: "another"})
        assert IdentityKeys.of(other) != IdentityKeys.of(SOMEBODY)
        assert not same_identity_key(field, "another", getattr(SOMEBODY, field.name))
    with pytest.raises(KeyError, match="title"):
        same_identity_key(BY_NAME["title"], "Ms", "Ms")


def test_a_search_is_told_by_what_is_mandatory_in_it() -> None:
    required = {*DemographicsAsked._fields} - DemographicsAsked._field_defaults.keys()
    assert names(mandatory_in(Question.FIND_BY_DEMOGRAPHICS)) == required


@pytest.mark.parametrize("field", [field for field in FIELDS if field.is_held], ids=lambda field: field.name)
def test_the_history_tells_of_a_change_to_each_field(field: LearnerField) -> None:
    changed = SOMEBODY._replace(**{field.name: ("2000000003",) if field.name == "linked_ulns" else "another"})
    assert set(fields_changed(SOMEBODY, changed)) == {field.name}


def test_only_the_fields_of_the_table_are_kept_free_of_prohibited_text() -> None:
    prohibited = ProhibitedText(frozenset({"bogus"}), frozenset({"BOGUS"}))
    sent = SentLearner(**dict.fromkeys(SENT_FIELDS, "bogus"))
    found = field_rules.violations(sent, today=date(2025, 3, 1), prohibited=prohibited)
    refused = {each.field for each in found if "prohibited text" in each.sentence}
    assert refused == {field.contract_name for field in FIELDS if field.prohibition is not None}
    (by_post_code,) = (field for field in FIELDS if field.prohibition is Prohibition.POST_CODE)
    assert by_post_code.name == "last_known_post_code"
