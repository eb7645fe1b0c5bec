"""The learning events of learners."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision: str | None = "0006"


def upgrade() -> None:
    op.create_table(
        "learning_events",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True),
        sa.Column("uln", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("achievement_award_date", sa.Text),
        sa.Column("achievement_provider_name", sa.Text),
        sa.Column("achievement_provider_ukprn", sa.Text),
        sa.Column("awarding_organisation_name", sa.Text),
        sa.Column("awarding_organisation_ukprn", sa.Text),
        sa.Column("collection_type", sa.Text),
        sa.Column("credits", sa.BigInteger, nullable=False),
        sa.Column("date_loaded", sa.Text, nullable=False),
        sa.Column("grade", sa.Text),
        sa.Column("language_for_assessment", sa.Text),
        sa.Column("level", sa.Text),
        sa.Column("participation_end_date", sa.Text),
        sa.Column("participation_start_date", sa.Text),
        sa.Column("qualification_type", sa.Text),
        sa.Column("restriction", sa.Text),
        sa.Column("return_number", sa.Text),
        sa.Column("status", sa.Text),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("subject_code", sa.Text, nullable=False),
        sa.Column("under_data_challenge", sa.Text),
        sa.Column("subject_welsh", sa.Text),
        sa.Column("qualification_type_welsh", sa.Text),
        sa.Column("level_welsh", sa.Text),
        sa.Column("awarding_organisation_name_welsh", sa.Text),
        sa.ForeignKeyConstraint(["uln"], ["learners.uln"], name="fk_learning_events_learner"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_learning_events_uln", "learning_events", ["uln", "id"])


def downgrade() -> None:
    op.drop_table("learning_events")
