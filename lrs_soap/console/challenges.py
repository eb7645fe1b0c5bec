"""The data challenges of a world: list them, see all that was said, and resolve, reject or undo one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as AnyResponse
from wtforms import BooleanField, SelectField

from lrs_soap.console.asking import reading, writing
from lrs_soap.console.changes import ActionForm, carried_out
from lrs_soap.operations.close_challenge import reject_challenge, resolve_challenge
from lrs_soap.operations.list_challenges import held_challenge, newest_challenges
from lrs_soap.operations.undo_challenge import undo_challenge
from lrs_soap.operations.work import UnitOfWork
from lrs_soap.rules.challenges.challenge import Challenge, Effect
from lrs_soap.rules.challenges.objections import ChallengeCode, ChallengeDecision
from lrs_soap.rules.challenges.problems import PROBLEM_RULES
from lrs_soap.rules.challenges.resolving import RESOLVED_WITH, UNDOABLE, ResolutionAsked
from lrs_soap.rules.challenges.states import ChallengeState
from lrs_soap.rules.records.learning_events import CONTRACT_NAMES
from lrs_soap.web.form_fields import NotesField, TextField

challenges = Blueprint("challenges", __name__)

_MOST = 100
_VALUE = "value_"


class ListForm(FlaskForm):
    """Which challenges are listed. Its values are in the address of the page."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        """A list changes nothing."""

        csrf = False

    uln = TextField("ULN")
    status = SelectField("Status", choices=[("", "any"), *((state.value, state.value) for state in ChallengeState)])


class ResolveForm(FlaskForm):
    """What a challenge is resolved with. The form of each has the fields of its problem."""

    text = NotesField("Outcome, which people read", render_kw={"rows": 3})


class RejectForm(FlaskForm):
    """Why a challenge is rejected."""

    reason = NotesField("Reason, which people read", render_kw={"rows": 3})


@challenges.get("/challenges")
def listed() -> str:
    """The challenges of all organisations, or those on a ULN or with a status, the last first."""
    form = ListForm(request.args)
    state = next((each for each in ChallengeState if each.value == form.status.data), None)
    with reading() as work:
        found = newest_challenges(work, uln=form.uln.data or None, state=state, limit=_MOST)
    return render_template("challenges.html", title="Challenges", form=form, challenges=found, most=_MOST)


@challenges.get("/challenges/<reference>")
def show(reference: str) -> str:
    """A challenge with all that was said, and what can be done with it."""
    return _page(_held(reference))


@challenges.post("/challenges/<reference>/resolve")
def resolve(reference: str) -> AnyResponse:
    """Do what the challenge asks for, or close it with a text."""
    challenge = _held(reference)
    form = _resolve_form(challenge)

    def change(work: UnitOfWork) -> str:
        done = resolve_challenge(work, reference, _resolution(challenge, form)).done.effect
        return f"{reference} is resolved: {'closed' if done is Effect.NOTHING else done.value}."

    return _changed(reference, "resolve challenge", ChallengeCode.RESOLVED, change, form, resolve_form=form)


@challenges.post("/challenges/<reference>/reject")
def reject(reference: str) -> AnyResponse:
    """Reject a challenge, with a text that says why."""
    form = RejectForm()

    def change(work: UnitOfWork) -> str:
        reject_challenge(work, reference, form.reason.data or "")
        return f"{reference} is rejected."

    return _changed(reference, "reject challenge", ChallengeCode.REJECTED, change, form, reject_form=form)


@challenges.post("/challenges/<reference>/undo")
def undo(reference: str) -> AnyResponse:
    """Change back what the resolution of a challenge has changed."""

    def change(work: UnitOfWork) -> str:
        undo_challenge(work, reference)
        return f"{reference} is open again."

    return _changed(reference, "undo challenge", ChallengeCode.UNDONE, change, ActionForm())


def _changed(
    reference: str,
    what: str,
    code: ChallengeCode,
    change: Callable[[UnitOfWork], str],
    form: FlaskForm,
    **forms: FlaskForm,
) -> AnyResponse:
    def carry_out() -> str:
        with writing(what) as (work, exchange):
            said = change(work)
            exchange.decide(ChallengeDecision(code))
        return said

    return carried_out(
        carry_out,
        form=form,
        leads_to=lambda: url_for("challenges.show", reference=reference),
        again=lambda reasons: _page(_held(reference), reasons=reasons, **forms),
    )


def _held(reference: str) -> Challenge:
    """The challenge with this reference. Raises NotHeld."""
    with reading() as work:
        return held_challenge(work, reference)


def _resolve_form(challenge: Challenge, **more: Any) -> FlaskForm:
    """A form with the fields that a challenge of this problem is resolved with, as they were proposed."""
    rule, sent = PROBLEM_RULES[challenge.problem], challenge.sent
    named = RESOLVED_WITH[rule.resolver]
    fields: dict[str, Any] = {}
    if "master" in named:
        both = (challenge.uln, sent.other_uln)
        fields["master"] = SelectField(
            "Master, whose ULN the person keeps", choices=[(uln, uln) for uln in both], default=sent.master_uln
        )
    if "delete" in named:
        fields["delete"] = BooleanField("Delete the learner")
    if "values" in named:
        fields |= {
            f"{_VALUE}{name}": TextField(CONTRACT_NAMES[name], default=sent.proposed.get(name, ""))
            for name in rule.proposable
        }
    if "to" in named:
        fields["to"] = TextField("ULN of the learner to whom the event goes", default=sent.other_uln)
        fields["remove"] = BooleanField("Remove the event, so that it goes to nobody")
    if "event_id" in named:
        ids = [str(each) for each in sorted(sent.event_ids, reverse=True)]
        fields["event_id"] = SelectField("ID of the event to remove", choices=[(each, each) for each in ids])
    form: FlaskForm = type("OwnResolveForm", (ResolveForm,), fields)(**more)
    return form


def _resolution(challenge: Challenge, form: FlaskForm) -> ResolutionAsked:
    """What the form asks for. Values that were proposed and are left as they are need not be said again."""
    given = form.data
    proposed = challenge.sent.proposed
    values = {
        name.removeprefix(_VALUE): value or ""
        for name, value in given.items()
        if name.startswith(_VALUE) and (value or name.removeprefix(_VALUE) in proposed)
    }
    is_removed = bool(given.get("remove"))
    return ResolutionAsked(
        text=given["text"] or "",
        master=given.get("master") or "",
        delete=bool(given.get("delete")),
        values={} if values == proposed else values,
        # The ULN that was proposed stands in the form, whatever is done.
        to="" if is_removed and given["to"] == challenge.sent.other_uln else given.get("to") or "",
        remove=is_removed,
        event_id=int(given.get("event_id") or 0),
    )


def _page(
    challenge: Challenge,
    *,
    resolve_form: FlaskForm | None = None,
    reject_form: FlaskForm | None = None,
    reasons: Sequence[str] = (),
) -> str:
    reference = str(challenge.reference)
    return render_template(
        "challenge.html",
        title=f"Challenge {reference}",
        reference=reference,
        challenge=challenge,
        proposed=[(CONTRACT_NAMES[name], value) for name, value in challenge.sent.proposed.items()],
        is_open=challenge.state is ChallengeState.OPEN,
        can_undo=challenge.state is ChallengeState.RESOLVED and challenge.done.effect in UNDOABLE,
        resolve_form=resolve_form or _resolve_form(challenge, formdata=None),
        reject_form=reject_form or RejectForm(formdata=None),
        form=ActionForm(formdata=None),
        reasons=reasons,
        is_wrong=bool(reasons),
    )
