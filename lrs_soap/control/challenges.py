"""Data challenges of a world: list them, and resolve, reject or undo them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response

from lrs_soap.control.answering import answered, asked, part, writing
from lrs_soap.control.models import (
    ChallengeKnown,
    ChallengeList,
    ChallengePath,
    ChallengeQuery,
    ChallengeShown,
    Error,
    Rejection,
    Resolution,
)
from lrs_soap.errors import InvalidRecord
from lrs_soap.operations.close_challenge import reject_challenge, resolve_challenge
from lrs_soap.operations.list_challenges import held_challenge, newest_challenges
from lrs_soap.operations.undo_challenge import undo_challenge
from lrs_soap.operations.work import UnitOfWork
from lrs_soap.rules.challenges.challenge import Challenge
from lrs_soap.rules.challenges.objections import ChallengeCode, ChallengeDecision
from lrs_soap.rules.challenges.resolving import ResolutionAsked
from lrs_soap.rules.challenges.states import ChallengeState
from lrs_soap.rules.records.learning_events import CONTRACT_NAMES
from lrs_soap.rules.values.change import OPERATOR

challenges = part("challenges")

_FIELDS = {name: field for field, name in CONTRACT_NAMES.items()}


@challenges.get("/challenges", responses={200: ChallengeList}, operation_id="list_challenges")
def newest(query: ChallengeQuery) -> Response:
    """The data challenges of all organisations, or those on a ULN or in a state."""
    state = None if query.status is None else ChallengeState(query.status)
    with asked().world.reading(OPERATOR) as work:
        found = newest_challenges(work, uln=query.uln, state=state, limit=query.limit)
    return answered(ChallengeList([ChallengeShown(**_fields(each)) for each in found]))


@challenges.get("/challenges/<reference>", responses={200: ChallengeKnown}, operation_id="get_challenge")
def show(path: ChallengePath) -> Response:
    """A data challenge, with all that was said."""
    with asked().world.reading(OPERATOR) as work:
        found = held_challenge(work, path.reference)
    return _known(found)


@challenges.post(
    "/challenges/<reference>/resolve", responses={200: ChallengeKnown, 409: Error}, operation_id="resolve_challenge"
)
def resolve(path: ChallengePath, body: Resolution) -> Response:
    """Do what the challenge asks for, or close it with a text; docs/behaviour.md says what its problem needs."""
    unknown = sorted(body.values.keys() - _FIELDS.keys())
    if unknown:
        raise InvalidRecord("no such field", f"values.{unknown[0]}")
    values = {_FIELDS[name]: value for name, value in body.values.items()}
    resolution = ResolutionAsked(**{**body.model_dump(), "values": values})
    return _change(
        "resolve challenge",
        ChallengeCode.RESOLVED,
        lambda work: resolve_challenge(work, path.reference, resolution),
    )


@challenges.post(
    "/challenges/<reference>/reject", responses={200: ChallengeKnown, 409: Error}, operation_id="reject_challenge"
)
def reject(path: ChallengePath, body: Rejection) -> Response:
    """Reject a challenge, with a text that says why."""
    return _change(
        "reject challenge", ChallengeCode.REJECTED, lambda work: reject_challenge(work, path.reference, body.text)
    )


@challenges.post(
    "/challenges/<reference>/undo", responses={200: ChallengeKnown, 409: Error}, operation_id="undo_challenge"
)
def undo(path: ChallengePath) -> Response:
    """Change back what the resolution of a challenge has changed. It is open again then."""
    return _change("undo challenge", ChallengeCode.UNDONE, lambda work: undo_challenge(work, path.reference))


def _change(what: str, code: ChallengeCode, change: Callable[[UnitOfWork], Challenge]) -> Response:
    with writing(what) as (work, exchange):
        changed = change(work)
        exchange.decide(ChallengeDecision(code))
    return _known(changed)


def _known(challenge: Challenge) -> Response:
    sent = challenge.sent
    return answered(
        ChallengeKnown(
            **_fields(challenge),
            user=challenge.raised_by.user,
            other_uln=sent.other_uln,
            other_given_name=sent.other_given_name,
            other_family_name=sent.other_family_name,
            master_uln=sent.master_uln,
            events=list(sent.event_ids),
            proposed={CONTRACT_NAMES[name]: value for name, value in sent.proposed.items()},
            contact_name=sent.contact_name,
            contact_email=sent.contact_email,
            contact_telephone=sent.contact_telephone,
            closed=None if challenge.closed is None else challenge.closed.isoformat(),
            effect=challenge.done.effect.value,
        )
    )


def _fields(challenge: Challenge) -> dict[str, Any]:
    return {
        "reference": str(challenge.reference),
        "uln": challenge.uln,
        "kind": challenge.problem.kind.value,
        "problem": challenge.problem.value,
        "status": challenge.state.value,
        "organisation": challenge.raised_by.organisation,
        "raised": challenge.raised.isoformat(),
        "comments": challenge.sent.comments,
        "outcome": challenge.outcome,
    }
