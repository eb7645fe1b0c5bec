"""Data challenges, by their references."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, Select, func, insert, select, update

from lrs_soap.rules.challenges.challenge import Challenge, ChallengeSent, Done, Effect
from lrs_soap.rules.challenges.problems import Problem
from lrs_soap.rules.challenges.references import Reference
from lrs_soap.rules.challenges.states import ChallengeState
from lrs_soap.rules.values.change import Author
from lrs_soap.store.tables import challenges
from lrs_soap.store.transaction import Transaction

_PROBLEMS = {problem.value: problem for problem in Problem}
_OF_ALL = select(*(column for column in challenges.columns if column.name != "id"))


def next_number(transaction: Transaction, uln: str) -> int:
    """The number of the next challenge on a ULN, whose learner is locked, so that nobody else takes it."""
    highest = select(func.max(challenges.c.number)).where(challenges.c.uln == uln)
    return int(transaction.execute(highest).scalar_one() or 0) + 1


def add(transaction: Transaction, challenge: Challenge) -> None:
    """Hold a new challenge. Raises AlreadyHeld if there is one with its reference."""
    transaction.execute(insert(challenges), _row(challenge))


def write(transaction: Transaction, challenge: Challenge) -> None:
    """Hold a challenge as it is now, in place of the one with its reference."""
    transaction.execute(
        update(challenges)
        .where(challenges.c.uln == challenge.uln, challenges.c.number == challenge.number)
        .values(_row(challenge))
    )


def by_reference(transaction: Transaction, reference: Reference) -> Challenge | None:
    """The challenge with this reference; None if there is none."""
    found = _read(
        transaction, _OF_ALL.where(challenges.c.uln == reference.uln, challenges.c.number == reference.number)
    )
    return found[0] if found else None


def on_ulns(transaction: Transaction, ulns: Collection[str]) -> list[Challenge]:
    """All challenges on these ULNs, past and present, those that were raised last first."""
    return _read(transaction, _OF_ALL.where(challenges.c.uln.in_(tuple(ulns))).order_by(challenges.c.id.desc()))


def open_on(transaction: Transaction, ulns: Collection[str]) -> list[Challenge]:
    """The open challenges on these ULNs, in the order in which they were raised."""
    is_open = challenges.c.state == ChallengeState.OPEN.value
    return _read(transaction, _OF_ALL.where(challenges.c.uln.in_(tuple(ulns)), is_open).order_by(challenges.c.id))


def newest(
    transaction: Transaction, *, uln: str | None = None, state: ChallengeState | None = None, limit: int
) -> list[Challenge]:
    """The challenges on a ULN and in a state, those that were raised last first; `limit` at most. None: any."""
    wanted = {"uln": uln, "state": None if state is None else state.value}
    conditions = (challenges.c[column] == value for column, value in wanted.items() if value is not None)
    return _read(transaction, _OF_ALL.where(*conditions).order_by(challenges.c.id.desc()).limit(limit))


def _read(transaction: Transaction, statement: Select[Any]) -> list[Challenge]:
    return [_challenge(row._mapping) for row in transaction.execute(statement)]


def _row(challenge: Challenge) -> dict[str, Any]:
    sent = {name: value for name, value in asdict(challenge.sent).items() if name != "problem"}
    done = {**asdict(challenge.done), "effect": challenge.done.effect.value}
    closed_by = challenge.closed_by or Author("", "")
    return {
        "uln": challenge.uln,
        "number": challenge.number,
        "problem": challenge.problem.value,
        "state": challenge.state.value,
        "sent": json.dumps(sent, ensure_ascii=False),
        "raised": challenge.raised.isoformat(),
        "organisation": challenge.raised_by.organisation,
        "user_name": challenge.raised_by.user,
        "closed": None if challenge.closed is None else challenge.closed.isoformat(),
        "closed_organisation": closed_by.organisation,
        "closed_user_name": closed_by.user,
        "outcome": challenge.outcome,
        "done": json.dumps(done, ensure_ascii=False),
    }


def _challenge(row: RowMapping) -> Challenge:
    sent, done = json.loads(row["sent"]), json.loads(row["done"])
    is_closed = row["closed"] is not None
    return Challenge(
        row["uln"],
        row["number"],
        ChallengeSent(_PROBLEMS[row["problem"]], **{**sent, "event_ids": tuple(sent["event_ids"])}),
        ChallengeState(row["state"]),
        datetime.fromisoformat(row["raised"]),
        Author(row["organisation"], row["user_name"]),
        closed=datetime.fromisoformat(row["closed"]) if is_closed else None,
        closed_by=Author(row["closed_organisation"], row["closed_user_name"]) if is_closed else None,
        outcome=row["outcome"],
        done=Done(**{**done, "effect": Effect(done["effect"])}),
    )
