"""The name keys that a find by demographics looks up.

Learners who are held already get theirs when the database is rekeyed: the rules that make the keys are not this
migration's, which stays as it is while they change.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision: str | None = "0003"


def upgrade() -> None:
    op.create_table(
        "name_keys",
        sa.Column("date_of_birth", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("uln", sa.Text, nullable=False),
        sa.Column("kinds", sa.Integer, nullable=False),
        sa.Column("post_code", sa.Text, nullable=False),
        sa.Column("gender", sa.Text, nullable=False),
        sa.Column("given_name", sa.Text, nullable=False),
        sa.Column("family_name", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("date_of_birth", "key", "uln", name="pk_name_keys"),
        sa.ForeignKeyConstraint(["uln"], ["learners.uln"], name="fk_name_keys_learner"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_name_keys_post_code", "name_keys", ["post_code", "key", "uln"])


def downgrade() -> None:
    op.drop_table("name_keys")
