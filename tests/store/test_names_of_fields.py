"""A learner's fields are spelled in four places: dataclass, columns, records of files, and the contract."""

from __future__ import annotations

from lrs_soap.loading.learner_record import FIELDS, MANDATORY
from lrs_soap.rules.values.learner import LEARNER_FIELDS, python_name
from lrs_soap.store.learners import HELD_FIELDS
from lrs_soap.store.tables import learners

COMPUTED = ["given_name_identity", "family_name_identity", "post_code_identity", "merged_into"]


def test_the_dataclass_ends_with_what_is_no_column() -> None:
    # learners._learner puts it there by position.
    assert (*HELD_FIELDS, "linked_ulns") == LEARNER_FIELDS


def test_columns_are_the_dataclass_fields_in_order() -> None:
    assert [column.name for column in learners.columns] == ["id", *HELD_FIELDS, *COMPUTED]


def test_records_of_files_have_the_same_fields_once_each() -> None:
    assert sorted(map(python_name, FIELDS)) == sorted(HELD_FIELDS)


def test_columns_that_must_have_a_value_are_those_that_every_learner_has() -> None:
    required = {column.name for column in learners.columns if not column.nullable} - {"id", *COMPUTED}
    always = {"uln", "ability_to_share", "created_date", "last_updated_date", "version_number", "learner_status"}
    assert required == always | set(map(python_name, MANDATORY))
