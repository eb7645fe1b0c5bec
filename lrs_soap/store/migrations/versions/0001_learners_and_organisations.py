"""Learners, organisations, counters, properties; the sequence and the key of this database's ULNs."""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision: str | None = None


def upgrade() -> None:
    row_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    not_deleted = sa.text("learner_status != '2'")
    linked = sa.text("master_uln IS NOT NULL")

    op.create_table(
        "learners",
        sa.Column("id", row_id, primary_key=True),
        sa.Column("uln", sa.Text, nullable=False),
        sa.Column("given_name", sa.Text, nullable=False),
        sa.Column("family_name", sa.Text, nullable=False),
        sa.Column("date_of_birth", sa.Text, nullable=False),
        sa.Column("gender", sa.Text, nullable=False),
        sa.Column("last_known_post_code", sa.Text, nullable=False),
        sa.Column("ability_to_share", sa.Text, nullable=False),
        sa.Column("created_date", sa.Text, nullable=False),
        sa.Column("last_updated_date", sa.Text, nullable=False),
        sa.Column("version_number", sa.Integer, nullable=False),
        sa.Column("learner_status", sa.Text, nullable=False),
        sa.Column("title", sa.Text),
        sa.Column("middle_other_name", sa.Text),
        sa.Column("preferred_given_name", sa.Text),
        sa.Column("previous_family_name", sa.Text),
        sa.Column("family_name_at_age_16", sa.Text),
        sa.Column("school_at_age_16", sa.Text),
        sa.Column("last_known_address_line_1", sa.Text),
        sa.Column("last_known_address_line_2", sa.Text),
        sa.Column("last_known_address_town", sa.Text),
        sa.Column("last_known_address_county_or_city", sa.Text),
        sa.Column("date_of_address_capture", sa.Text),
        sa.Column("place_of_birth", sa.Text),
        sa.Column("email_address", sa.Text),
        sa.Column("nationality", sa.Text),
        sa.Column("scottish_candidate_number", sa.Text),
        sa.Column("verification_type", sa.Text),
        sa.Column("other_verification_description", sa.Text),
        sa.Column("tier_level", sa.Text),
        sa.Column("notes", sa.Text),
        sa.Column("unique_pupil_number", sa.Text),
        sa.Column("unique_candidate_identifier", sa.Text),
        sa.Column("master_uln", sa.Text),
        sa.Column("given_name_identity", sa.Text, nullable=False),
        sa.Column("family_name_identity", sa.Text, nullable=False),
        sa.Column("post_code_identity", sa.Text, nullable=False),
        sa.Column("given_name_search", sa.Text, nullable=False),
        sa.Column("family_name_search", sa.Text, nullable=False),
        sa.UniqueConstraint("uln", name="uq_learners_uln"),
        sa.ForeignKeyConstraint(["master_uln"], ["learners.uln"], name="fk_learners_master"),
    )
    op.create_index(
        "uq_learners_identity",
        "learners",
        ["date_of_birth", "family_name_identity", "given_name_identity", "post_code_identity", "gender"],
        unique=True,
        sqlite_where=not_deleted,
        postgresql_where=not_deleted,
    )
    op.create_index("ix_learners_master_uln", "learners", ["master_uln"], sqlite_where=linked, postgresql_where=linked)

    op.create_table(
        "organisations",
        sa.Column("id", row_id, primary_key=True),
        sa.Column("ukprn", sa.Text, nullable=False),
        sa.Column("organisation_ref", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("password_hash", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("roles", sa.Text, nullable=False),
    )
    op.create_index("uq_organisations_ukprn", "organisations", ["ukprn"], unique=True)
    op.create_index("uq_organisations_organisation_ref", "organisations", ["organisation_ref"], unique=True)

    counters = op.create_table(
        "counters",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("value", sa.BigInteger, nullable=False),
    )
    properties = op.create_table(
        "properties",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )
    # Here, so that there is no moment at which a database has its tables and cannot issue a ULN.
    op.bulk_insert(counters, [{"name": "uln", "value": 0}])
    op.bulk_insert(properties, [{"name": "uln_key", "value": secrets.token_hex(32)}])


def downgrade() -> None:
    for table in ("properties", "counters", "organisations", "learners"):
        op.drop_table(table)
