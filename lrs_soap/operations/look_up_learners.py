"""Look up learners by any of their details, deleted and linked ones too, and all that is known of one."""

from __future__ import annotations

from dataclasses import dataclass

from lrs_soap.errors import NotHeld
from lrs_soap.operations.work import UnitOfWork
from lrs_soap.rules.names.keys import identity_key
from lrs_soap.rules.records.learning_events import LearningEvent
from lrs_soap.rules.values.change import Change
from lrs_soap.rules.values.learner import Learner
from lrs_soap.store import history, learner_lists, learners, learning_events


@dataclass(frozen=True, slots=True)
class EverythingKnown:
    """A learner with its history, oldest change first, and its learning events, in the order of their IDs."""

    learner: Learner
    history: tuple[Change, ...]
    events: tuple[LearningEvent, ...]


def look_up(
    work: UnitOfWork,
    *,
    uln: str | None = None,
    family_name: str | None = None,
    given_name: str | None = None,
    date_of_birth: str | None = None,
    limit: int,
) -> list[Learner]:
    """The learners with these details, those first who were registered last; `limit` at most.

    Names are compared as the identity keys compare them, without case. None: any value.
    """
    return learner_lists.newest(
        work.transaction,
        uln=uln,
        family_name=None if family_name is None else identity_key(family_name),
        given_name=None if given_name is None else identity_key(given_name),
        date_of_birth=date_of_birth,
        limit=limit,
    )


def learner_with_history(work: UnitOfWork, uln: str) -> tuple[Learner, tuple[Change, ...]]:
    """The learner with this ULN, deleted or not, with its history, oldest change first. Raises NotHeld."""
    learner = learners.by_uln(work.transaction, uln)
    if learner is None:
        raise NotHeld(f"There is no learner with the ULN {uln!r}.")
    return learner, history.of(work.transaction, uln)


def record_of_learner(work: UnitOfWork, uln: str) -> tuple[Learner, tuple[LearningEvent, ...]]:
    """The learner with this ULN, or its master, with all learning events of the person. Raises NotHeld.

    It is what the learner itself may see. Nothing is written to the access history.
    """
    learner, _ = learner_with_history(work, uln)
    if learner.is_deleted:
        raise NotHeld(f"The learner with the ULN {uln!r} is deleted.")
    person = learners.master_of(work.transaction, learner) or learner
    return person, tuple(learning_events.of(work.transaction, (person.uln, *person.linked_ulns)))


def everything_known(work: UnitOfWork, uln: str) -> EverythingKnown:
    """The learner with this ULN, with history and events. Raises NotHeld."""
    learner, changes = learner_with_history(work, uln)
    return EverythingKnown(learner, changes, tuple(learning_events.of(work.transaction, [uln])))
