"""All tables, the same on SQLite and PostgreSQL.

Text has no length here: facets are the contract's, and an identity key can be longer than what was sent. Dates are
ISO text, since that is how they come, are compared, sort and go.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, MetaData, Table, Text, UniqueConstraint, text

from lrs_soap.rules.learner import DELETED

metadata = MetaData()

# SQLite numbers rows by itself only where the type is called INTEGER; there it has 64 bits anyway.
_ROW_ID = BigInteger().with_variant(Integer(), "sqlite")

# The columns from uln to master_uln are the fields of `rules.learner.Learner`, by name and in order. What is linked
# to a learner is not held with it: it is whoever names it as master.
learners = Table(
    "learners",
    metadata,
    Column("id", _ROW_ID, primary_key=True),
    Column("uln", Text, nullable=False),
    Column("given_name", Text, nullable=False),
    Column("family_name", Text, nullable=False),
    Column("date_of_birth", Text, nullable=False),
    Column("gender", Text, nullable=False),
    Column("last_known_post_code", Text, nullable=False),
    Column("ability_to_share", Text, nullable=False),
    Column("created_date", Text, nullable=False),
    Column("last_updated_date", Text, nullable=False),
    Column("version_number", Integer, nullable=False),
    Column("learner_status", Text, nullable=False),
    Column("title", Text),
    Column("middle_other_name", Text),
    Column("preferred_given_name", Text),
    Column("previous_family_name", Text),
    Column("family_name_at_age_16", Text),
    Column("school_at_age_16", Text),
    Column("last_known_address_line_1", Text),
    Column("last_known_address_line_2", Text),
    Column("last_known_address_town", Text),
    Column("last_known_address_county_or_city", Text),
    Column("date_of_address_capture", Text),
    Column("place_of_birth", Text),
    Column("email_address", Text),
    Column("nationality", Text),
    Column("scottish_candidate_number", Text),
    Column("verification_type", Text),
    Column("other_verification_description", Text),
    Column("tier_level", Text),
    Column("notes", Text),
    Column("unique_pupil_number", Text),
    Column("unique_candidate_identifier", Text),
    Column("master_uln", Text, ForeignKey("learners.uln", name="fk_learners_master")),
    # What the rules make of names and postcode. The identity keys are kept, not computed in SQL, because no database
    # folds case and normalises as the rules do. A date and a gender are their own identity keys.
    Column("given_name_identity", Text, nullable=False),
    Column("family_name_identity", Text, nullable=False),
    Column("post_code_identity", Text, nullable=False),
    Column("given_name_search", Text, nullable=False),
    Column("family_name_search", Text, nullable=False),
    # A constraint and not an index: PostgreSQL wants it before a foreign key refers to it.
    UniqueConstraint("uln", name="uq_learners_uln"),
)

# A column comes first that tells many apart, so that the index serves other searches by it too.
IDENTITY = (
    learners.c.date_of_birth,
    learners.c.family_name_identity,
    learners.c.given_name_identity,
    learners.c.post_code_identity,
    learners.c.gender,
)
NOT_DELETED = learners.c.learner_status != text(f"'{DELETED}'")

# Linked learners keep their five keys taken, deleted ones give them up.
Index("uq_learners_identity", *IDENTITY, unique=True, sqlite_where=NOT_DELETED, postgresql_where=NOT_DELETED)
# Few learners are linked, so the index holds only those, and an ordinary registration does not pay for it.
_LINKED = learners.c.master_uln.is_not(None)
Index("ix_learners_master_uln", learners.c.master_uln, sqlite_where=_LINKED, postgresql_where=_LINKED)

# Both codes in capitals (rules.organisation.canonical). `status` is 'active' or 'suspended'; `roles` the roles' names,
# joined by commas.
organisations = Table(
    "organisations",
    metadata,
    Column("id", _ROW_ID, primary_key=True),
    Column("ukprn", Text, nullable=False),
    Column("organisation_ref", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("roles", Text, nullable=False),
)
Index("uq_organisations_ukprn", organisations.c.ukprn, unique=True)
Index("uq_organisations_organisation_ref", organisations.c.organisation_ref, unique=True)

# Sequences: the last number that was taken. A table and not a sequence of the database, because SQLite has none.
counters = Table(
    "counters",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", BigInteger, nullable=False),
)

# What is true of this one database, such as the key under which its ULNs are dealt.
properties = Table(
    "properties",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)
