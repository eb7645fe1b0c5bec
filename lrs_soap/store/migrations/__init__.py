"""The schema's versions: alembic, run on an open connection and without an alembic.ini."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from lrs_soap.errors import StoreUnavailable


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Create the schema behind `connection` or bring it up to `revision`, in the transaction that is open on it.

    Raises StoreUnavailable, and changes nothing, where the schema was made by a newer program than this.
    """
    config = _config(connection)
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    for held in MigrationContext.configure(connection).get_current_heads():
        if held not in known:
            raise StoreUnavailable(
                f"The database was last used by a newer lrs-soap (its schema is version {held}, which this program "
                "does not know). Install that version or a newer one, or use another database."
            )
    command.upgrade(config, revision)


def downgrade(connection: Connection, revision: str) -> None:
    """Take the schema back to `revision`, or `base` for none at all, in the transaction that is open."""
    if not connection.in_transaction():
        # SQLAlchemy does not know of it yet, and without it alembic commits each step.
        connection.begin()
    command.downgrade(_config(connection), revision)


def _config(connection: Connection) -> Config:
    config = Config()
    # A per cent sign in the path would be read as the start of an interpolation.
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
