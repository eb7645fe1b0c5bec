"""The forms of data challenges. What a challenge has to say, `rules.challenges.problems` knows; here are its fields."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from wtforms import Form, RadioField

from lrs_soap.portal.fields import DayField
from lrs_soap.portal.forms import PortalForm
from lrs_soap.portal.words import EVENT_LABELS
from lrs_soap.rules.challenges.challenge import ChallengeSent
from lrs_soap.rules.challenges.objections import Objected
from lrs_soap.rules.challenges.parts import NAMES
from lrs_soap.rules.challenges.problems import PROBLEM_RULES, Need, Problem
from lrs_soap.rules.records.learning_events import LearningEvent
from lrs_soap.web.form_fields import NotesField, TextField, UlnField

_OTHER = "other"


class _Star:
    """Marks a field that is needed. Whether it is filled in is judged with the rest."""

    field_flags: ClassVar = {"required": True}

    def __call__(self, form: Any, field: Any) -> None:
        """Find nothing wrong."""


class ChallengeForm(PortalForm):
    """What is said in a challenge, other than the events and what is proposed."""

    def sent(
        self, problem: Problem, event_ids: Sequence[int] = (), proposed: dict[str, str] | None = None
    ) -> ChallengeSent:
        """The challenge as it is raised."""
        texts = {name: str(self._fields[name].data or "") for name in _TEXTS if name in self._fields}
        if texts.get("master_uln") == _OTHER:
            texts["master_uln"] = texts.get("other_uln", "")
        return ChallengeSent(problem, event_ids=tuple(event_ids), proposed=proposed or {}, **texts)

    def refuse(self, objections: Iterable[Objected]) -> list[str]:
        """Say what stands against it. Returns the sentences about what the form has no field for."""
        others = []
        for each in objections:
            field = self._fields.get(each.field)
            if field is None:
                others.append(each.sentence)
            else:
                field.errors = [*field.errors, each.sentence]
        return others


_TEXTS = (
    *("other_uln", "other_given_name", "other_family_name", "master_uln", "comments"),
    *("contact_name", "contact_email", "contact_telephone"),
)


def challenge_form(problem: Problem, uln: str, **more: Any) -> ChallengeForm:
    """The form for a problem of the learner with this ULN."""
    rule = PROBLEM_RULES[problem]

    def needed(need: Need) -> list[Any]:
        return [_Star()] if need is Need.MUST else []

    fields: dict[str, Any] = {}
    if rule.other_uln is not Need.NEVER:
        fields["other_uln"] = UlnField(NAMES["other_uln"], needed(rule.other_uln))
    if rule.other_name is not Need.NEVER:
        fields["other_given_name"] = TextField(NAMES["other_given_name"])
        fields["other_family_name"] = TextField(NAMES["other_family_name"])
    if rule.master is not Need.NEVER:
        choices = [(uln, f"{uln}, the ULN of this learner"), (_OTHER, "The other ULN")]
        fields["master_uln"] = RadioField(
            NAMES["master_uln"], needed(rule.master), choices=choices, validate_choice=False
        )
    fields["comments"] = NotesField(NAMES["comments"], needed(rule.comments))
    for name in ("contact_name", "contact_email", "contact_telephone"):
        fields[name] = TextField(NAMES[name], needed(rule.contact))
    made: type[ChallengeForm] = type("FormOfProblem", (ChallengeForm,), fields)
    return made(**more)


def proposed_form(problem: Problem, event: LearningEvent, sent: Any = None) -> Form:
    """The form with the values that can be proposed for an event: those that it has, or those that were `sent`.

    It is sent in an address, so it needs no token, and is never kept.
    """
    fields: dict[str, Any] = {
        name: DayField(f"Proposed {EVENT_LABELS[name]}")
        if name.endswith("_date")
        else TextField(f"Proposed {EVENT_LABELS[name]}")
        for name in PROBLEM_RULES[problem].proposable
    }
    made: type[Form] = type("ProposedForm", (Form,), fields)
    return made(sent, data={name: getattr(event, name) or "" for name in fields})


def proposed_in(problem: Problem, form: Form) -> dict[str, str]:
    """The values that were proposed, by the event's own names."""
    return {name: str(form[name].data or "") for name in PROBLEM_RULES[problem].proposable}
