"""Which mandatory field of a learner a job has changed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision: str | None = "0011"


def upgrade() -> None:
    op.create_table(
        "mandatory_changes",
        sa.Column("job_id", sa.BigInteger, nullable=False),
        sa.Column("uln", sa.Text, nullable=False),
        sa.Column("field", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("job_id", "uln", name="pk_mandatory_changes"),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="fk_mandatory_changes_job"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("mandatory_changes")
