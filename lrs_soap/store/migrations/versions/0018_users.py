"""The users of organisations, and what the portal keeps of them: sessions, forms, activity, mail."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision: str | None = "0017"

_ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "users",
        sa.Column("id", _ROW_ID, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("name_key", sa.Text, nullable=False),
        sa.Column("organisation", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("permissions", sa.Text, nullable=False),
        sa.Column("roles", sa.Text, nullable=False),
        *(
            sa.Column(name, sa.Text, nullable=False)
            for name in (
                "given_name",
                "family_name",
                "email",
                "verification",
                "title",
                "landline",
                "mobile",
                "reference",
                "email_key",
            )
        ),
        sa.Column("email_verified", sa.Integer, nullable=False),
        sa.Column("password_hash", sa.Text, nullable=False),
        sa.Column("password_chosen", sa.Text, nullable=False),
        sa.Column("one_time", sa.Integer, nullable=False),
        sa.Column("wrong_passwords", sa.Integer, nullable=False),
        sa.Column("wrong_answers", sa.Integer, nullable=False),
        sa.Column("question", sa.Text),
        sa.Column("answer_hash", sa.Text),
        sa.Column("last_login", sa.Text),
        sa.UniqueConstraint("name_key", name="uq_users_name_key"),
    )
    op.create_index("ix_users_organisation", "users", ["organisation", "name_key"])
    op.create_index("ix_users_email_key", "users", ["email_key"])
    op.create_table(
        "sessions",
        sa.Column("token_hash", sa.Text, primary_key=True),
        _user("sessions"),
        sa.Column("used", sa.BigInteger, nullable=False),
        sa.Column("agreed", sa.Integer, nullable=False),
    )
    op.create_index("ix_sessions_user_key", "sessions", ["user_key"])
    op.create_index("ix_sessions_used", "sessions", ["used"])
    op.create_table(
        "kept_forms",
        sa.Column("id", sa.Text, primary_key=True),
        _user("kept_forms"),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("fields", sa.Text, nullable=False),
        sa.Column("kept", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_kept_forms_kept", "kept_forms", ["kept"])
    op.create_table(
        "activity",
        sa.Column("id", _ROW_ID, primary_key=True),
        sa.Column("organisation", sa.Text, nullable=False),
        sa.Column("user_name", sa.Text, nullable=False),
        sa.Column("day", sa.Text, nullable=False),
        sa.Column("moment", sa.Text, nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
    )
    op.create_index("ix_activity_day", "activity", ["organisation", "day", "id"])
    op.create_table(
        "user_reviews",
        sa.Column("organisation", sa.Text, primary_key=True),
        sa.Column("day", sa.Text, nullable=False),
        sa.Column("user_name", sa.Text, nullable=False),
    )
    op.create_table(
        "mail",
        sa.Column("id", _ROW_ID, primary_key=True),
        sa.Column("moment", sa.Text, nullable=False),
        sa.Column("recipient", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_table(
        "mailed_links",
        sa.Column("token_hash", sa.Text, primary_key=True),
        _user("mailed_links"),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("expires", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_mailed_links_user_key", "mailed_links", ["user_key"])


def downgrade() -> None:
    for table in ("mailed_links", "mail", "user_reviews", "activity", "kept_forms", "sessions", "users"):
        op.drop_table(table)


def _user(table: str) -> sa.Column[str]:
    return sa.Column("user_key", sa.Text, sa.ForeignKey("users.name_key", name=f"fk_{table}_user"), nullable=False)
