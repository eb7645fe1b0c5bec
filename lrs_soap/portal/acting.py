"""What a user does: units of work in the user's name, and their records in the journal."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager

from flask import abort, redirect, url_for

from lrs_soap.exchange.exchange import Exchange
from lrs_soap.operations.kept_searches import was_found
from lrs_soap.operations.look_up_learners import learner_with_history
from lrs_soap.operations.work import UnitOfWork
from lrs_soap.portal import asking
from lrs_soap.portal.asking import asked, visit
from lrs_soap.portal.signed_in import current_user
from lrs_soap.rules.access.pages import Page, judge_page
from lrs_soap.rules.values.change import Author, Change
from lrs_soap.rules.values.learner import Learner


def author() -> Author:
    """Who changes and looks at learners: the user who is logged in, and the organisation."""
    return current_user().author


def reading() -> AbstractContextManager[UnitOfWork]:
    """A unit of work of the user that reads."""
    return asked().world.reading(author(), has_looked=True)


def writing(*, durable: bool = True) -> AbstractContextManager[UnitOfWork]:
    """A unit of work of the user that writes. What is not `durable` may be lost if the machine ends suddenly."""
    return asked().world.writing(author(), durable=durable)


def exchanging(operation: str) -> AbstractContextManager[Exchange]:
    """Record in the journal that the user asks this of the service."""
    return asking.exchanging(operation, author())


def may_see(page: Page) -> bool:
    """Whether the user's roles open a page, so that others may lead there."""
    return judge_page(current_user().roles, page).is_allowed


def require_found(uln: str) -> None:
    """Answer 404 unless the user has found this learner since the login: a ULN alone opens nothing."""
    with reading() as work:
        if not was_found(work, visit(), uln):
            abort(404)


def found_with_history(uln: str) -> tuple[Learner, Sequence[Change]]:
    """A learner whom the user has found since the login, with its history; else 404, also for one who is deleted."""
    with reading() as work:
        if not was_found(work, visit(), uln):
            abort(404)
        learner, changes = learner_with_history(work, uln)
    if learner.is_deleted:
        abort(404)
    return learner, changes


def found_before(uln: str) -> Learner:
    """A learner whom the user has found since the login, also one who was linked or deleted since then; else 404."""
    require_found(uln)
    with reading() as work:
        learner, _ = learner_with_history(work, uln)
    return learner


def found_master(uln: str) -> Learner:
    """A learner as `found_with_history`. A linked one leads to the profile of its master."""
    learner, _ = found_with_history(uln)
    if learner.is_linked:
        abort(redirect(url_for("learner_profile.profile", uln=uln), 303))
    return learner
