"""View Learner Profile and Edit Details (user guide, 4.2.3 and 4.2.4)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lrs_soap.operations.kept_searches import note_found
from lrs_soap.operations.update import update
from lrs_soap.portal.acting import exchanging, found_with_history, may_see, writing
from lrs_soap.portal.asking import visit
from lrs_soap.portal.find_learner import found_before, may_see_details
from lrs_soap.portal.learner_forms import EDITED, MANDATORY, MORE_TO_REGISTER, OTHERS, EditForm, values_of
from lrs_soap.portal.signed_in import note, page
from lrs_soap.portal.words import EVENT_LABELS, LABELS, moment, shown
from lrs_soap.rules.access.pages import Page
from lrs_soap.rules.learners.field_checks import FieldsRefused
from lrs_soap.rules.values import version_number
from lrs_soap.rules.values.change import Action, Change
from lrs_soap.rules.values.codes import ResponseCode
from lrs_soap.rules.values.learner import Learner
from lrs_soap.rules.values.sent_learner import SentLearner

learner_profile = Blueprint("learner_profile", __name__)

NOT_ALLOWED = (
    "The updated data you have entered will create a learner with key information to one already registered – this is "
    "not allowed. This may be because you are attempting to update a learner that already has another UN or you have a "
    "genuinely identical learner. If they ae separate learners with the same details, please call the LRS Customer "
    "Helpdesk for further assistance."
)

_SHARING = "The Privacy Notice was seen. That cannot be changed to No."
_UNCHANGED = "Nothing was changed."
_GONE = "This learner cannot be updated any more."

# The UPN is shown to nobody, and what follows from other fields is no news.
_NOT_SHOWN = frozenset({"unique_pupil_number", "version_number", "last_updated_date", "last_updated"})
_IDENTITY = (*MANDATORY, *(name for name in MORE_TO_REGISTER if name != "unique_pupil_number"))
_SECTIONS = (
    ("Personal details", ("title", *_IDENTITY, "previous_family_name", "family_name_at_age_16", "place_of_birth")),
    (
        "Contact details",
        (
            *("last_known_address_line_1", "last_known_address_line_2", "last_known_address_town"),
            *("last_known_address_county_or_city", "date_of_address_capture", "telephone_number"),
        ),
    ),
    (
        "More details",
        (
            *("school_at_age_16", "nationality", "scottish_candidate_number", "verification_type"),
            *("other_verification_description", "tier_level", "ability_to_share", "learner_status", "notes"),
        ),
    ),
    ("Record", ("created", "last_updated", "version_number", "linked_ulns")),
)


class HistoryLine(NamedTuple):
    """A change as a person reads it: when, what, by whom, and each field with the values before and after."""

    moment: str
    what: str
    who: str
    fields: tuple[tuple[str, str, str], ...]


class Side(NamedTuple):
    """A field in which an edit and the learner that is held now differ."""

    label: str
    before: str
    now: str
    typed: str


@learner_profile.get("/learners/<uln>")
@page(Page.LEARNER_PROFILE)
def profile(uln: str) -> ResponseReturnValue:
    """The profile of a learner whom the user has found; a linked ULN leads to its master."""
    learner, changes = found_with_history(uln)
    if learner.master_uln is not None:
        with writing(durable=False) as work:
            note_found(work, visit(), [learner.master_uln])
        results = request.args.get("results")
        return redirect(url_for("learner_profile.profile", uln=learner.master_uln, results=results), 303)
    return render_template(
        "profile.html",
        title="View Learner Profile",
        learner=learner,
        values=_shown_values(learner),
        sections=_SECTIONS,
        history=[_line(each) for each in reversed(changes)],
        sees_details=may_see_details(),
        may_edit=may_see(Page.EDIT_LEARNER),
        may_see_record=may_see(Page.LEARNING_RECORD),
        may_report=may_see(Page.REPORT_ULN_PROBLEM),
        is_saved="saved" in request.args,
    )


@learner_profile.get("/learners/<uln>/edit")
@page(Page.EDIT_LEARNER)
def edit(uln: str) -> ResponseReturnValue:
    """The form, filled in with what is held now."""
    learner, _ = found_with_history(uln)
    if learner.master_uln is not None:
        return redirect(url_for("learner_profile.profile", uln=uln), 303)
    return _form(learner, EditForm(formdata=None, data=values_of(learner)), learner.version_number)


@learner_profile.post("/learners/<uln>/edit")
@page(Page.EDIT_LEARNER)
def save(uln: str) -> ResponseReturnValue:
    """Save changes, unless somebody has changed the learner since the form was shown.

    Where the five identity keys are another's, a problem can be reported about this learner, and about each possible
    match of the search that has led here: one of them may be who has the keys, which nobody is told.
    """
    learner, _ = found_with_history(uln)
    version = request.form.get("version", "")
    if not version.isdecimal() or len(version) > len(str(version_number.LARGEST)):
        abort(400)
    form = EditForm()
    if not form.validate():
        return _form(learner, form, int(version)), 422
    sent = form.changed
    with exchanging("updateSingleLearner") as exchange:
        try:
            with writing() as work:
                decision = update(work, sent, uln=uln, version=int(version))
        except FieldsRefused as refused:
            return _form(learner, form, int(version), form.refuse_broken(refused.violations)), 422
        exchange.decide(decision)
    code = decision.code
    if code is ResponseCode.UPDATED:
        note("updated the learner", uln)
        return redirect(url_for("learner_profile.profile", uln=uln, saved=1), 303)
    if code is ResponseCode.STALE_VERSION:
        return _conflict(uln, form, sent, int(version)), 409
    if code is ResponseCode.ALREADY_EXISTS:
        others = (each for each in found_before(request.args.get("results", "")) if each.uln != uln)
        title, to_report = "Learner update not allowed", [learner, *others]
        return _form(learner, form, int(version), [NOT_ALLOWED], title=title, to_report=to_report), 409
    if code is ResponseCode.INVALID_SHARING_CHANGE:
        form.refuse("ability_to_share", _SHARING)
        return _form(learner, form, int(version)), 422
    told = _UNCHANGED if code is ResponseCode.NO_CHANGES else _GONE
    return _form(learner, form, int(version), [told]), 409


def _form(
    learner: Learner,
    form: EditForm,
    version: int,
    more: Sequence[str] = (),
    *,
    title: str = "Edit Details",
    to_report: Sequence[Learner] = (),
) -> str:
    return render_template(
        "edit.html",
        title=title,
        learner=learner,
        form=form,
        seen_version=version,
        mandatory=MANDATORY,
        optional=[name for name in MORE_TO_REGISTER if name != "unique_pupil_number"],
        others=OTHERS,
        more=more,
        sides=(),
        changes=(),
        to_report=to_report,
        is_wrong=bool(form.errors or more),
    )


def _conflict(uln: str, form: EditForm, sent: SentLearner, version: int) -> str:
    """The form once more, with what was typed in the fields that the user has changed, and both sides beside it."""
    learner, changes = found_with_history(uln)
    since = [each for each in changes if _version_after(each) is not None and (_version_after(each) or 0) > version]
    before = values_of(learner)
    for change in reversed(since):
        before.update({name: old or "" for name, (old, _) in change.fields.items() if name in EDITED})
    held = values_of(learner)
    sides = []
    for name in EDITED:
        typed = getattr(sent, name)
        first, now = before.get(name, ""), held.get(name, "")
        is_own = typed is not None and typed != first
        form[name].process(None, typed if is_own else now)
        if now != first or (is_own and typed != now):
            mine = typed if is_own else first
            sides.append(Side(LABELS[name], shown(name, first), shown(name, now), shown(name, mine)))
    return render_template(
        "edit.html",
        title="Somebody else has changed this learner",
        learner=learner,
        form=form,
        seen_version=learner.version_number,
        mandatory=MANDATORY,
        optional=[name for name in MORE_TO_REGISTER if name != "unique_pupil_number"],
        others=OTHERS,
        more=(),
        sides=sides,
        changes=[_line(each) for each in since],
        to_report=(),
        is_wrong=True,
    )


def _version_after(change: Change) -> int | None:
    """The version that a change has made; None if it made none, as merging does not."""
    versions = change.fields.get("version_number")
    return None if versions is None or versions[1] is None else int(versions[1])


def _shown_values(learner: Learner) -> dict[str, str]:
    return {name: shown(name, getattr(learner, name)) for name in LABELS if name != "mis_identifier"}


def _line(change: Change) -> HistoryLine:
    author = change.author
    who = f"{author.user} of {author.organisation}" if author.organisation else f"the {author.user}"
    return HistoryLine(moment(change.moment), _WORDS[change.action], who, tuple(_fields(change)))


def _fields(change: Change) -> Iterator[tuple[str, str, str]]:
    for name, (before, after) in change.fields.items():
        if name not in _NOT_SHOWN:
            yield _LABELS[name], shown(name, before), shown(name, after)


_LABELS = {**EVENT_LABELS, **LABELS, "enquiry": "Enquiry", "event": "Qualification"}
_WORDS = {
    Action.REGISTERED: "Registered",
    Action.UPDATED: "Updated",
    Action.MERGED: "Merged",
    Action.UNMERGED: "Unmerged",
    Action.DELETED: "Deleted",
    Action.CHALLENGE_RESOLVED: "Enquiry resolved",
    Action.CHALLENGE_REJECTED: "Enquiry rejected",
    Action.CHALLENGE_WITHDRAWN: "Enquiry withdrawn",
    Action.CHALLENGE_UNDONE: "Resolution of an enquiry undone",
}
