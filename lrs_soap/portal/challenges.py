"""Data challenges: report a problem, step by step (user guide, 6.1)."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lrs_soap.operations.raise_challenge import raise_challenge
from lrs_soap.portal.acting import exchanging, found_before, found_master, writing
from lrs_soap.portal.challenge_forms import ChallengeForm, challenge_form, proposed_form, proposed_in
from lrs_soap.portal.learning_record import record_of
from lrs_soap.portal.signed_in import note, page
from lrs_soap.portal.words import EVENT_LABELS, shown_of_event
from lrs_soap.report.columns import COLUMNS
from lrs_soap.rules.access.pages import Page
from lrs_soap.rules.challenges.challenge import ChallengeSent
from lrs_soap.rules.challenges.objections import ChallengeCode, ChallengeDecision, ChallengeRefused
from lrs_soap.rules.challenges.problems import PROBLEM_RULES, Kind, NoChallenge, Problem, problems_of
from lrs_soap.rules.records.learning_events import LearningEvent
from lrs_soap.rules.values.learner import Learner

challenges = Blueprint("challenges", __name__)

_PAGES = {Kind.ULN: Page.REPORT_ULN_PROBLEM, Kind.EVENT: Page.REPORT_PROBLEM}
_MOST_DIGITS = 18
# What of a qualification is beside the proposed values.
_FIELDS = (
    *("subject", "subject_code", "qualification_type", "level", "grade", "credits", "source"),
    *("participation_start_date", "participation_end_date", "achievement_award_date"),
)


def _slug(choice: Problem | NoChallenge) -> str:
    return choice.name.lower().replace("_", "-")


_PROBLEMS = {_slug(problem): problem for problem in Problem}
_NO_CHALLENGES = {_slug(choice): choice for choice in NoChallenge}


@challenges.get("/learners/<uln>/report-uln-problem")
@page(Page.REPORT_ULN_PROBLEM)
def uln_problem(uln: str) -> str:
    """Choose the type of the problem with a ULN."""
    return _choose_problem(found_master(uln), Kind.ULN)


@challenges.post("/learners/<uln>/report-uln-problem")
@page(Page.REPORT_ULN_PROBLEM)
def choose_uln_problem(uln: str) -> ResponseReturnValue:
    """Go on with the problem that was chosen, or say what to do in place of a challenge."""
    return _chosen_problem(found_master(uln), Kind.ULN, "challenges.uln_details")


@challenges.get("/learners/<uln>/report-uln-problem/<slug>")
@page(Page.REPORT_ULN_PROBLEM)
def uln_details(uln: str, slug: str) -> str:
    """Say what the problem is, and who can be asked."""
    learner, problem = found_master(uln), _problem(slug, Kind.ULN)
    return _details(learner, problem, challenge_form(problem, uln, formdata=None))


@challenges.post("/learners/<uln>/report-uln-problem/<slug>")
@page(Page.REPORT_ULN_PROBLEM)
def raise_on_uln(uln: str, slug: str) -> ResponseReturnValue:
    """Raise the challenge. Who was linked or deleted since the form was shown is told of that by its refusal."""
    learner, problem = found_before(uln), _problem(slug, Kind.ULN)
    form = challenge_form(problem, uln)
    if not form.validate():
        return _details(learner, problem, form), 422
    return _raise(learner, form, form.sent(problem))


@challenges.get("/learners/<uln>/record/report-problem")
@page(Page.REPORT_PROBLEM)
def problem(uln: str) -> str:
    """Choose the type of the problem with a qualification."""
    return _choose_problem(found_master(uln), Kind.EVENT)


@challenges.post("/learners/<uln>/record/report-problem")
@page(Page.REPORT_PROBLEM)
def choose_problem(uln: str) -> ResponseReturnValue:
    """Go on with the problem that was chosen, or say what to do in place of a challenge."""
    return _chosen_problem(found_master(uln), Kind.EVENT, "challenges.qualifications")


@challenges.get("/learners/<uln>/record/report-problem/<slug>")
@page(Page.REPORT_PROBLEM)
def qualifications(uln: str, slug: str) -> str:
    """Choose the qualifications that the problem is with."""
    return _choose_events(found_master(uln), _problem(slug, Kind.EVENT), _events(uln))


@challenges.post("/learners/<uln>/record/report-problem/<slug>")
@page(Page.REPORT_PROBLEM)
def choose_qualifications(uln: str, slug: str) -> ResponseReturnValue:
    """Go on with the qualifications that were chosen, if there are as many as the problem is with."""
    learner, problem, events = found_master(uln), _problem(slug, Kind.EVENT), _events(uln)
    chosen = _ids(request.form.getlist("event"))
    rule = PROBLEM_RULES[problem]
    if len(chosen) != rule.events:
        wanted = "one qualification" if rule.events == 1 else "exactly two qualifications"
        return _choose_events(learner, problem, events, chosen, f"Choose {wanted}: {len(chosen)} were chosen."), 422
    step = "challenges.proposed" if rule.proposable else "challenges.details"
    return redirect(url_for(step, uln=uln, slug=slug, event=list(chosen)), 303)


@challenges.get("/learners/<uln>/record/report-problem/<slug>/proposed")
@page(Page.REPORT_PROBLEM)
def proposed(uln: str, slug: str) -> str:
    """Edit what is incorrect, beside what is held."""
    learner, problem = found_master(uln), _problem(slug, Kind.EVENT)
    (event,) = _chosen_events(uln, problem)
    rule = PROBLEM_RULES[problem]
    if not rule.proposable:
        abort(404)
    return render_template(
        "challenge_proposed.html",
        title=Page.REPORT_PROBLEM.title,
        learner=learner,
        problem=problem,
        slug=slug,
        event=event,
        form=proposed_form(problem, event),
        rows=[(name, EVENT_LABELS[name], shown_of_event(name, getattr(event, name))) for name in _FIELDS],
        proposable=rule.proposable,
    )


@challenges.get("/learners/<uln>/record/report-problem/<slug>/details")
@page(Page.REPORT_PROBLEM)
def details(uln: str, slug: str) -> str:
    """Say what else is known, and who can be asked."""
    learner, problem = found_master(uln), _problem(slug, Kind.EVENT)
    events = _chosen_events(uln, problem)
    return _details(learner, problem, challenge_form(problem, uln, formdata=None), events)


@challenges.post("/learners/<uln>/record/report-problem/<slug>/details")
@page(Page.REPORT_PROBLEM)
def raise_on_qualifications(uln: str, slug: str) -> ResponseReturnValue:
    """Raise the challenge. What was linked, deleted or removed since the form was shown is told by its refusal."""
    learner, problem = found_before(uln), _problem(slug, Kind.EVENT)
    chosen = _ids(request.args.getlist("event"))
    events = [] if learner.is_deleted else [event for event in _events(uln) if event.id in chosen]
    form = challenge_form(problem, uln)
    if not form.validate():
        return _details(learner, problem, form, events), 422
    sent = form.sent(problem, chosen, _proposed(problem, events))
    return _raise(learner, form, sent, events)


def _raise(
    learner: Learner, form: ChallengeForm, sent: ChallengeSent, events: Sequence[LearningEvent] = ()
) -> ResponseReturnValue:
    with exchanging("raise challenge") as exchange:
        try:
            with writing() as work:
                challenge = raise_challenge(work, learner.uln, sent)
        except ChallengeRefused as refused:
            exchange.decide(refused.decision)
            more = form.refuse(refused.decision.objections)
            return _details(learner, sent.problem, form, events, more), 422 if refused.is_broken else 409
        exchange.decide(ChallengeDecision(ChallengeCode.RAISED))
    reference = str(challenge.reference)
    note("raised an enquiry", reference)
    return redirect(url_for("enquiries.show", uln=learner.uln, reference=reference, raised=1), 303)


def _problem(slug: str, kind: Kind) -> Problem:
    found = _PROBLEMS.get(slug)
    if found is None or found.kind is not kind:
        abort(404)
    return found


def _choose_problem(learner: Learner, kind: Kind, chosen: str = "", wrong: str = "") -> str:
    return render_template(
        "challenge_problem.html",
        title=_PAGES[kind].title,
        learner=learner,
        is_of_uln=kind is Kind.ULN,
        groups=[
            (enquiry.words, [(_slug(each), each.words) for each in problems])
            for enquiry, problems in problems_of(kind).items()
        ],
        others=[(_slug(each), each.words) for each in NoChallenge if each.kind is kind],
        chosen=chosen,
        wrong=wrong,
        is_wrong=bool(wrong),
    )


def _chosen_problem(learner: Learner, kind: Kind, following: str) -> ResponseReturnValue:
    chosen = request.form.get("problem", "")
    refused = _NO_CHALLENGES.get(chosen)
    if refused is not None and refused.kind is kind:
        return _choose_problem(learner, kind, chosen, refused.hint), 422
    if chosen not in _PROBLEMS or _PROBLEMS[chosen].kind is not kind:
        return _choose_problem(learner, kind, "", "Choose the type of the problem."), 422
    return redirect(url_for(following, uln=learner.uln, slug=chosen), 303)


def _events(uln: str) -> Sequence[LearningEvent]:
    _, answer = record_of(uln)
    return answer.events


def _choose_events(
    learner: Learner,
    problem: Problem,
    events: Sequence[LearningEvent],
    chosen: Sequence[int] = (),
    wrong: str = "",
) -> str:
    return render_template(
        "challenge_qualifications.html",
        title=Page.REPORT_PROBLEM.title,
        learner=learner,
        problem=problem,
        rule=PROBLEM_RULES[problem],
        events=events,
        columns=list(COLUMNS.values()),
        chosen=chosen,
        wrong=wrong,
        is_wrong=bool(wrong),
    )


def _chosen_events(uln: str, problem: Problem) -> Sequence[LearningEvent]:
    """The qualifications that the address names; 404 unless they are in the record, and as many as there have to be."""
    chosen = _ids(request.args.getlist("event"))
    by_id = {event.id: event for event in _events(uln)}
    if len(chosen) != PROBLEM_RULES[problem].events or not set(chosen) <= by_id.keys():
        abort(404)
    return [by_id[event_id] for event_id in chosen]


def _ids(texts: Sequence[str]) -> tuple[int, ...]:
    if not all(text.isdecimal() and len(text) <= _MOST_DIGITS for text in texts):
        abort(404)
    return tuple(dict.fromkeys(map(int, texts)))


def _proposed(problem: Problem, events: Sequence[LearningEvent]) -> dict[str, str]:
    """What the address proposes for the qualification."""
    if not events or not PROBLEM_RULES[problem].proposable:
        return {}
    return proposed_in(problem, proposed_form(problem, events[0], request.args))


def _details(
    learner: Learner,
    problem: Problem,
    form: ChallengeForm,
    events: Sequence[LearningEvent] = (),
    more: Sequence[str] = (),
) -> str:
    changes = [
        (EVENT_LABELS[name], shown_of_event(name, getattr(events[0], name)), shown_of_event(name, value))
        for name, value in _proposed(problem, events).items()
        if value != (getattr(events[0], name) or "")
    ]
    return render_template(
        "challenge_details.html",
        title=_PAGES[problem.kind].title,
        learner=learner,
        problem=problem,
        hints=PROBLEM_RULES[problem].hints,
        events=events,
        changes=changes,
        form=form,
        more=more,
        is_wrong=bool(form.errors or more),
    )
