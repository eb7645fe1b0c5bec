"""Learners of a world: look them up, load them, and merge, unmerge or delete them."""

from __future__ import annotations

import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from flask import Response

from lrs_soap.control.answering import answered, asked, changing, part, writing
from lrs_soap.control.errors import ControlError
from lrs_soap.control.models import (
    Error,
    HistoryEntry,
    LearnerKnown,
    LearnerList,
    LearnerPath,
    LearnerQuery,
    LearnersToLoad,
    Master,
    Ulns,
)
from lrs_soap.loading import event_record, learner_files, learner_record
from lrs_soap.loading.record_files import HeldAlready
from lrs_soap.operations import look_up_learners
from lrs_soap.operations.delete import delete_learner
from lrs_soap.operations.merge import merge_learners
from lrs_soap.operations.unmerge import unmerge_learner
from lrs_soap.operations.work import UnitOfWork
from lrs_soap.rules.learners.merging import LearnersChanged
from lrs_soap.rules.records.learning_events import CONTRACT_NAMES, LearningEvent
from lrs_soap.rules.values.change import OPERATOR, Change
from lrs_soap.rules.values.learner import Learner
from lrs_soap.rules.values.learner_fields import LOADABLE

learners = part("learners")

_EVENT_FIELDS = {name: field for field, name in CONTRACT_NAMES.items()}


@learners.get("/learners", responses={200: LearnerList}, operation_id="list_learners")
def look_up(query: LearnerQuery) -> Response:
    """Learners with these details, deleted and linked ones too. Names are compared without case."""
    with asked().world.reading(OPERATOR) as work:
        found = look_up_learners.look_up(work, **query.model_dump())
    return answered(LearnerList([_fields(each) for each in found]))


@learners.get("/learners/<uln>", responses={200: LearnerKnown}, operation_id="get_learner")
def show(path: LearnerPath) -> Response:
    """A learner, with its history, the ULNs linked to it, and its learning events."""
    return _known(path.uln)


@learners.post("/learners", responses={201: Ulns, 409: Error}, operation_id="load_learners")
def load(body: LearnersToLoad) -> Response:
    """Load one learner or several, as `lrs-soap load` does: all of them, or none."""
    given: list[Any] = body.root if isinstance(body.root, list) else [body.root]
    records = [each.model_dump(exclude_none=True) for each in given]
    lines = [json.dumps(each).encode() for each in records]
    now = asked()
    with changing("load"):
        result = learner_files.load(now.world.store, lines, clock=now.world.clock, strict=True, check=now.check)
        for rejected in result.rejected:
            where = f"learner {rejected.line}: " if len(given) > 1 else ""
            is_held = isinstance(rejected, HeldAlready)
            raise ControlError(HTTPStatus.CONFLICT if is_held else HTTPStatus.BAD_REQUEST, f"{where}{rejected.reason}.")
    issued = dict(result.issued)
    ulns = [issued.get(line) or each["ULN"] for line, each in enumerate(records, 1)]
    return answered(Ulns(ulns=ulns), HTTPStatus.CREATED)


@learners.post("/learners/<uln>/merge", responses={200: LearnerKnown, 409: Error}, operation_id="merge_learner")
def merge(path: LearnerPath, body: Master) -> Response:
    """Link a learner to a master. Answers with the linked learner."""
    return _change("merge", path.uln, lambda work: merge_learners(work, body.master, path.uln))


@learners.post("/learners/<uln>/unmerge", responses={200: LearnerKnown, 409: Error}, operation_id="unmerge_learner")
def unmerge(path: LearnerPath) -> Response:
    """Undo a merge. Answers with the learner that was linked."""
    return _change("unmerge", path.uln, lambda work: unmerge_learner(work, path.uln))


@learners.post("/learners/<uln>/delete", responses={200: LearnerKnown, 409: Error}, operation_id="delete_learner")
def delete(path: LearnerPath) -> Response:
    """Delete a learner. Answers with the learner as it is held then."""
    return _change("delete", path.uln, lambda work: delete_learner(work, path.uln))


def _change(what: str, uln: str, change: Callable[[UnitOfWork], LearnersChanged]) -> Response:
    with writing(what) as (work, exchange):
        exchange.decide(change(work))
    return _known(uln)


def _known(uln: str) -> Response:
    with asked().world.reading(OPERATOR) as work:
        known = look_up_learners.everything_known(work, uln)
    return answered(
        LearnerKnown(
            **_fields(known.learner),
            **{learner_record.LEARNING_EVENTS: [_event_fields(each) for each in known.events]},
            History=[_entry(each) for each in known.history],
        )
    )


def _fields(learner: Learner) -> dict[str, Any]:
    return {
        **{each.contract_name: getattr(learner, each.name) for each in LOADABLE},
        "LinkedULNs": list(learner.linked_ulns),
    }


def _event_fields(event: LearningEvent) -> dict[str, Any]:
    return {"ID": event.id, **{name: getattr(event, _EVENT_FIELDS[name]) for name in event_record.FIELDS}}


def _entry(change: Change) -> HistoryEntry:
    return HistoryEntry(
        action=change.action.value,
        moment=change.moment.isoformat(),
        organisation=change.author.organisation,
        user=change.author.user,
        fields=dict(change.fields),
    )
