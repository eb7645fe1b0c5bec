"""Scenarios: what steps in for the service, and how often each has."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision: str | None = "0018"


def upgrade() -> None:
    op.create_table(
        "scenarios",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("definition", sa.Text, nullable=False),
        sa.Column("fitted", sa.BigInteger, nullable=False),
        sa.Column("hit", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("name", name="uq_scenarios_name"),
    )


def downgrade() -> None:
    op.drop_table("scenarios")
