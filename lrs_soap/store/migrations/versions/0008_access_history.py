"""The access history of learners; their telephone number, which R9 has."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision: str | None = "0007"


def upgrade() -> None:
    op.add_column("learners", sa.Column("telephone_number", sa.Text))

    op.create_table(
        "access_history",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True),
        sa.Column("uln", sa.Text, nullable=False),
        sa.Column("moment", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("organisation", sa.Text, nullable=False),
        sa.Column("user_name", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["uln"], ["learners.uln"], name="fk_access_history_learner"),
    )
    op.create_index("ix_access_history_uln", "access_history", ["uln", "id"])


def downgrade() -> None:
    op.drop_table("access_history")
    op.drop_column("learners", "telephone_number")
