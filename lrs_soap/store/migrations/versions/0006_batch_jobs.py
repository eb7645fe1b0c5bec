"""Batch jobs, their records, and the records among them that a person has to decide on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision: str | None = "0005"


def upgrade() -> None:
    row_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

    op.create_table(
        "jobs",
        sa.Column("id", row_id, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("job_type", sa.Text),
        sa.Column("organisation", sa.Text, nullable=False),
        sa.Column("user_name", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("submitted", sa.Text, nullable=False),
        sa.Column("started", sa.Text),
        sa.Column("finished", sa.Text),
        sa.Column("record_count", sa.Integer, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("file", sa.Text),
        sa.Column("due", sa.BigInteger),
        sa.Column("lease_owner", sa.Text),
        sa.Column("lease_until", sa.BigInteger),
        sa.Column("on_record", sa.Integer),
        sa.Column("deaths", sa.Integer, nullable=False),
        sqlite_autoincrement=True,
    )
    unfinished = sa.text("finished IS NULL")
    op.create_index("ix_jobs_unfinished", "jobs", ["due", "id"], sqlite_where=unfinished, postgresql_where=unfinished)
    op.create_index("ix_jobs_organisation", "jobs", ["organisation", "id"])

    op.create_table(
        "job_records",
        sa.Column("job_id", sa.BigInteger, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("sent", sa.Text, nullable=False),
        sa.Column("trouble", sa.Text),
        sa.Column("identifier_trouble", sa.Text),
        sa.Column("return_code", sa.Text),
        sa.Column("uln", sa.Text),
        sa.Column("answer", sa.Text),
        sa.PrimaryKeyConstraint("job_id", "position", name="pk_job_records"),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="fk_job_records_job"),
        sqlite_with_rowid=False,
    )

    op.create_table(
        "exceptions",
        sa.Column("id", row_id, primary_key=True),
        sa.Column("job_id", sa.BigInteger, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("opened", sa.Text, nullable=False),
        sa.Column("possible", sa.Text, nullable=False),
        sa.Column("closed", sa.Text),
        sa.Column("closed_by", sa.Text),
        sa.UniqueConstraint("job_id", "position", name="uq_exceptions_record"),
        sa.ForeignKeyConstraint(
            ["job_id", "position"], ["job_records.job_id", "job_records.position"], name="fk_exceptions_record"
        ),
    )


def downgrade() -> None:
    op.drop_table("exceptions")
    op.drop_table("job_records")
    op.drop_table("jobs")
