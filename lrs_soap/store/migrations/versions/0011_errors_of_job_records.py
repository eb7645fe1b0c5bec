"""The columns of a job record's errors say what they hold."""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision: str | None = "0010"

_NAMES = (("trouble", "facet_errors"), ("identifier_trouble", "identifier_errors"))


def upgrade() -> None:
    for before, after in _NAMES:
        op.execute(f"ALTER TABLE job_records RENAME COLUMN {before} TO {after}")


def downgrade() -> None:
    for before, after in _NAMES:
        op.execute(f"ALTER TABLE job_records RENAME COLUMN {after} TO {before}")
