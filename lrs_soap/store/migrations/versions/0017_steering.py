"""What steers a world while it serves: its version, its clock, and what was changed of its policy."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision: str | None = "0016"


def upgrade() -> None:
    steering = op.create_table(
        "steering",
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("generation", sa.BigInteger, nullable=False),
        sa.Column("gone", sa.Integer, nullable=False),
    )
    op.bulk_insert(steering, [{"version": 0, "generation": 0, "gone": 0}])
    op.create_table(
        "clock_settings",
        sa.Column("mode", sa.Text, nullable=False),
        sa.Column("seconds", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "policy_changes",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("policy_changes")
    op.drop_table("clock_settings")
    op.drop_table("steering")
