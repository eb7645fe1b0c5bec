"""What steers a world while it serves: one row with its version, which every request reads, and what is behind it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import delete, insert, select, update

from lrs_soap.clock import ClockMode
from lrs_soap.store.prepared import Prepared
from lrs_soap.store.tables import clock_settings, policy_changes, steering
from lrs_soap.store.transaction import Transaction

_ROW = Prepared(select(steering.c.version, steering.c.generation, steering.c.gone))
_CLOCK = Prepared(select(clock_settings.c.mode, clock_settings.c.seconds))
_POLICY = Prepared(select(policy_changes.c.name, policy_changes.c.value).order_by(policy_changes.c.name))


class Steering(NamedTuple):
    """The row: numbers that are others after each change, and after each reset, and whether the world is deleted."""

    version: int
    generation: int
    gone: int


class ClockSetting(NamedTuple):
    """How a clock was set: where it stands, in seconds since 1970, or how many seconds it is ahead of real time."""

    mode: ClockMode
    seconds: int


def row(transaction: Transaction) -> Steering:
    """The row as it is in this transaction. `Store.look` reads it without one."""
    found = _ROW.row(transaction)
    if found is None:
        raise LookupError("The database has lost the row with its version.")
    return Steering(*found)


def clock(transaction: Transaction) -> ClockSetting | None:
    """How the clock was set; None if it is as the settings say."""
    found = _CLOCK.row(transaction)
    return None if found is None else ClockSetting(ClockMode(found[0]), found[1])


def policy(transaction: Transaction) -> dict[str, str]:
    """What was changed of the policy: values in JSON by the names of settings."""
    return dict(_POLICY.rows(transaction))


def changed(transaction: Transaction) -> None:
    """Have every process read again what steers this world, at its next request."""
    transaction.execute(update(steering).values(version=new_number()))


def set_gone(transaction: Transaction) -> None:
    """Tell every process that the world is about to be deleted."""
    transaction.execute(update(steering).values(version=new_number(), gone=1))


def set_clock(transaction: Transaction, setting: ClockSetting) -> None:
    """Set the clock."""
    transaction.execute(delete(clock_settings))
    transaction.execute(insert(clock_settings), {"mode": setting.mode.value, "seconds": setting.seconds})
    changed(transaction)


def change_policy(transaction: Transaction, changes: Mapping[str, str | None]) -> None:
    """Change settings of the policy, each to a value in JSON; None is the value of the settings again."""
    transaction.execute(delete(policy_changes).where(policy_changes.c.name.in_(changes)))
    rows = [{"name": name, "value": value} for name, value in changes.items() if value is not None]
    if rows:
        transaction.execute(insert(policy_changes), rows)
    changed(transaction)


def new_number() -> int:
    """A number for a version or a generation.

    It is drawn and not counted: two changes that do not know of each other, as by a restore, never give the same one.
    """
    return secrets.randbits(62)
