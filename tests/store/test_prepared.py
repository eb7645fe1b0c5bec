from __future__ import annotations

from typing import Any
from unittest.mock import Mock

import pytest
from sqlalchemy import Column, DateTime, MetaData, Table, Text, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect

from lrs_soap.store.prepared import Prepared

TABLE = Table("things", MetaData(), Column("name", Text), Column("colour", Text), Column("made", DateTime))
WHERE = (TABLE.c.colour == bindparam("colour"), TABLE.c.name == bindparam("name"))


def sent(statement: Prepared, dialect: Dialect, *values: Any) -> Any:
    """What the driver's cursor is given."""
    transaction = Mock()
    transaction.connection.dialect = dialect
    statement.rows(transaction, *values)
    return transaction.cursor.execute.call_args.args


def test_positional_parameters_go_in_the_order_of_the_statement() -> None:
    for names, values in ((("colour", "name"), ("red", "ball")), (("name", "colour"), ("ball", "red"))):
        sql, parameters = sent(Prepared(select(TABLE.c.name).where(*WHERE), *names), sqlite.dialect(), *values)
        assert sql.count("?") == 2
        assert parameters == ("red", "ball")


def test_a_positional_parameter_that_stands_twice_goes_twice() -> None:
    # Numbered placeholders would need it once, but Python 3.12.0 to 3.12.3 warn of them at each execution.
    both = (
        TABLE.c.colour == bindparam("colour"),
        TABLE.c.name == bindparam("name"),
        TABLE.c.name < bindparam("colour"),
    )
    sql, parameters = sent(
        Prepared(select(TABLE.c.name).where(*both), "name", "colour"), sqlite.dialect(), "ball", "red"
    )
    assert sql.endswith("things.colour = ? AND things.name = ? AND things.name < ?")
    assert parameters == ("red", "ball", "red")


def test_named_parameters_go_by_name() -> None:
    statement = Prepared(select(TABLE.c.name).where(*WHERE), "name", "colour")
    sql, parameters = sent(statement, postgresql.psycopg.dialect(), "ball", "red")
    assert "%(colour)s" in sql
    assert parameters == {"colour": "red", "name": "ball"}


def test_one_statement_serves_both_kinds_of_database() -> None:
    statement = Prepared(select(TABLE.c.name).where(TABLE.c.name == bindparam("name")), "name")
    assert sent(statement, sqlite.dialect(), "ball")[1] == ("ball",)
    assert sent(statement, postgresql.psycopg.dialect(), "ball")[1] == {"name": "ball"}
    assert sent(statement, sqlite.dialect(), "cube")[1] == ("cube",)


def test_a_column_that_needs_converting_is_refused() -> None:
    with pytest.raises(TypeError, match="made needs converting"):
        sent(Prepared(select(TABLE.c.made)), sqlite.dialect())


def test_parameters_that_are_not_named_are_refused() -> None:
    with pytest.raises(TypeError, match="colour"):
        sent(Prepared(select(TABLE.c.name).where(*WHERE), "name"), sqlite.dialect(), "ball")
