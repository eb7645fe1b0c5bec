"""The name keys that a find by demographics looks up, for the learners that are held already too."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from lrs_soap.rules.names.lookup_keys import name_keys_of
from lrs_soap.rules.values.learner import Learner

revision = "0004"
down_revision: str | None = "0003"

_PORTION = 1000

_FIELDS = (
    *("uln", "given_name", "family_name", "date_of_birth", "gender", "last_known_post_code", "ability_to_share"),
    *("created_date", "last_updated_date", "learner_status", "middle_other_name", "preferred_given_name"),
    *("previous_family_name", "family_name_at_age_16"),
)


def upgrade() -> None:
    name_keys = op.create_table(
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
    _fill(name_keys)
    op.create_index("ix_name_keys_post_code", "name_keys", ["post_code", "key", "uln"])


def _fill(name_keys: sa.Table) -> None:
    """Give every learner its keys: by the rules as they are now, since those are what searches are going to ask by."""
    connection = op.get_bind()
    learners = sa.table("learners", *map(sa.column, _FIELDS))
    portion = sa.select(*learners.c).order_by(learners.c.uln).limit(_PORTION)
    after = ""
    while rows := connection.execute(portion.where(learners.c.uln > after)).all():
        keys = [key._asdict() for row in rows for key in name_keys_of(Learner(**row._mapping))]
        if keys:
            connection.execute(name_keys.insert(), keys)
        after = rows[-1].uln


def downgrade() -> None:
    op.drop_table("name_keys")
