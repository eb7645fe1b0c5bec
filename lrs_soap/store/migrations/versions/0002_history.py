"""The history of learners; on PostgreSQL a sequence of the database's own for the numbers of ULNs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision: str | None = "0001"


def upgrade() -> None:
    row_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

    op.create_table(
        "history",
        sa.Column("id", row_id, primary_key=True),
        sa.Column("uln", sa.Text, nullable=False),
        sa.Column("moment", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("organisation", sa.Text, nullable=False),
        sa.Column("user_name", sa.Text, nullable=False),
        sa.Column("changes", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["uln"], ["learners.uln"], name="fk_history_learner"),
    )
    op.create_index("ix_history_uln", "history", ["uln"])

    if op.get_bind().dialect.name == "postgresql":
        next_number = op.get_bind().execute(sa.text("SELECT value FROM counters WHERE name = 'uln'")).scalar_one()
        op.execute(f"CREATE SEQUENCE uln_numbers MINVALUE 0 START WITH {next_number}")
        op.execute("DELETE FROM counters WHERE name = 'uln'")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("INSERT INTO counters (name, value) SELECT 'uln', nextval('uln_numbers')")
        op.execute("DROP SEQUENCE uln_numbers")
    op.drop_table("history")
