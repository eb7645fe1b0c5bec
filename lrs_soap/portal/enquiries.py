"""Enquiries: the data challenges of a learner, what became of each, and its withdrawal (user guide, 6)."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lrs_soap.operations.close_challenge import withdraw_challenge
from lrs_soap.operations.list_challenges import challenges_of, subjects_of
from lrs_soap.portal.acting import author, exchanging, found_master, found_with_history, may_see, reading, writing
from lrs_soap.portal.signed_in import page
from lrs_soap.portal.words import EVENT_LABELS, moment
from lrs_soap.rules.access.pages import Page
from lrs_soap.rules.challenges.challenge import Challenge
from lrs_soap.rules.challenges.objections import ChallengeCode, ChallengeDecision, ChallengeRefused
from lrs_soap.rules.challenges.parts import NAMES
from lrs_soap.rules.challenges.states import ChallengeState
from lrs_soap.rules.values.learner import Learner

enquiries = Blueprint("enquiries", __name__)

_STATES = {
    ChallengeState.OPEN: "Open",
    ChallengeState.RESOLVED: "Resolved",
    ChallengeState.REJECTED: "Rejected",
    ChallengeState.WITHDRAWN: "Withdrawn",
}


@enquiries.get("/learners/<uln>/enquiries")
@page(Page.ENQUIRIES)
def listed(uln: str) -> str:
    """All challenges of the learner, past and present, of any organisation."""
    learner = found_master(uln)
    with reading() as work:
        found = challenges_of(work, learner)
        subjects = subjects_of(work, found)
    return render_template(
        "enquiries.html",
        title=Page.ENQUIRIES.title,
        learner=learner,
        enquiries=[(each, moment(each.raised), _subjects(each, subjects)) for each in found],
        has_subjects=may_see(Page.LEARNING_RECORD),
        states=_STATES,
        own=author().organisation,
    )


@enquiries.get("/learners/<uln>/enquiries/<reference>")
@page(Page.ENQUIRIES)
def show(uln: str, reference: str) -> str:
    """One challenge, and its withdrawal."""
    learner = found_master(uln)
    return _enquiry(learner, *_challenge(learner, reference))


@enquiries.post("/learners/<uln>/enquiries/<reference>/withdraw")
@page(Page.ENQUIRIES)
def withdraw(uln: str, reference: str) -> ResponseReturnValue:
    """Withdraw a challenge of the own organisation, also where the learner was linked since the page was shown."""
    learner, _ = found_with_history(uln)
    held, _ = _challenge(learner, reference)
    with exchanging("withdraw challenge") as exchange:
        try:
            with writing() as work:
                withdraw_challenge(work, str(held.reference))
        except ChallengeRefused as refused:
            exchange.decide(refused.decision)
            return _enquiry(learner, *_challenge(learner, reference), refused.decision.sentence), 409
        exchange.decide(ChallengeDecision(ChallengeCode.WITHDRAWN))
    flash(f"The enquiry {held.reference} was withdrawn.")
    return redirect(url_for("enquiries.listed", uln=uln), 303)


def _challenge(learner: Learner, reference: str) -> tuple[Challenge, str]:
    """A challenge of the learner, and the subjects of the qualifications that it is about; else 404."""
    with reading() as work:
        every = challenges_of(work, learner)
        subjects = subjects_of(work, every)
    found = next((each for each in every if str(each.reference) == reference), None)
    if found is None:
        abort(404)
    return found, _subjects(found, subjects)


def _subjects(challenge: Challenge, subjects: Mapping[int, str]) -> str:
    return "; ".join(subjects[each] for each in challenge.sent.event_ids if each in subjects)


def _enquiry(learner: Learner, challenge: Challenge, subjects: str, wrong: str = "") -> str:
    sent = challenge.sent
    is_own = challenge.raised_by.organisation == author().organisation
    facts = [
        ("Enquiry reference", str(challenge.reference)),
        ("Enquiry type", challenge.problem.enquiry.words),
        ("Identified problem", challenge.problem.words),
        ("Status", _STATES[challenge.state]),
        ("Raised", moment(challenge.raised)),
        ("Raised by", challenge.raised_by.organisation),
        *((NAMES[name], getattr(sent, name)) for name in ("other_uln", "master_uln", "comments")),
        ("Outcome", challenge.outcome),
    ]
    if challenge.closed is not None:
        facts.append(("Closed", moment(challenge.closed)))
    if may_see(Page.LEARNING_RECORD):
        facts.append(("Qualification", subjects))
        facts += [(f"Proposed {EVENT_LABELS[name]}", value or "nothing") for name, value in sent.proposed.items()]
    if is_own:
        names = ("contact_name", "contact_email", "contact_telephone")
        facts += [(NAMES[name], getattr(sent, name)) for name in names]
    return render_template(
        "enquiry.html",
        title="Enquiry",
        learner=learner,
        challenge=challenge,
        facts=[(label, text) for label, text in facts if text],
        is_raised="raised" in request.args,
        may_withdraw=is_own and challenge.state is ChallengeState.OPEN,
        wrong=wrong,
        is_wrong=bool(wrong),
    )
