"""The learners of a world: look them up, see all that is known of one, merge, unmerge and delete."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import Blueprint, abort, render_template, request, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as AnyResponse

from lrs_soap.console.asking import reading, writing
from lrs_soap.console.changes import ActionForm, carried_out
from lrs_soap.operations.delete import delete_learner
from lrs_soap.operations.look_up_learners import everything_known, look_up
from lrs_soap.operations.merge import merge_learners
from lrs_soap.operations.unmerge import unmerge_learner
from lrs_soap.operations.work import UnitOfWork
from lrs_soap.rules.learners.merging import LearnersChanged
from lrs_soap.rules.records.learning_events import CONTRACT_NAMES, LearningEvent
from lrs_soap.rules.values.learner import Learner
from lrs_soap.rules.values.learner_fields import BY_NAME, LOADABLE
from lrs_soap.web.form_fields import TextField

learners = Blueprint("learners", __name__)

_MOST = 100
# How many events, and how many changes, a page has at most.
_MOST_OF_ONE = 500


class SearchForm(FlaskForm):
    """Whom to look for. Its values are in the address of the page."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        """A search changes nothing."""

        csrf = False

    uln = TextField("ULN")
    family_name = TextField("Family name")
    given_name = TextField("Given name")
    date_of_birth = TextField("Date of birth")


@dataclass(frozen=True, slots=True)
class LearnerAction:
    """What can be done with a learner: the words on the button, before it is pressed and after that.

    `{uln}` and `{other}` stand for the learner's ULN and that of the master. `change` is given both in this order.
    """

    button: str
    question: str
    said: str
    change: Callable[[UnitOfWork, str, str], LearnersChanged]


# By the name that the log has for it.
_ACTIONS = {
    "merge": LearnerAction(
        "Merge",
        "The learner will be linked to the master {other}. Whoever asks for this ULN will be answered with the master.",
        "{uln} is linked to {other}.",
        lambda work, uln, master: merge_learners(work, master, uln),
    ),
    "unmerge": LearnerAction(
        "Unmerge",
        "The learner will be linked to no master any more.",
        "{uln} is linked to no other learner any more.",
        lambda work, uln, _: unmerge_learner(work, uln),
    ),
    "delete": LearnerAction(
        "Delete",
        "Nobody will find the learner again, and the ULN will never be issued again.",
        "{uln} is deleted.",
        lambda work, uln, _: delete_learner(work, uln),
    ),
}


@learners.get("/learners")
def found() -> str:
    """Learners with the details that are asked for; the newest without any."""
    form = SearchForm(request.args)
    asked_for = {name: value or None for name, value in form.data.items()}
    with reading() as work:
        matching = look_up(work, limit=_MOST, **asked_for)
    return render_template("learners.html", title="Learners", form=form, learners=matching, most=_MOST)


@learners.get("/learners/<uln>")
def show(uln: str) -> str:
    """A learner, with its history, the ULNs linked to it, and its learning events."""
    with reading() as work:
        known = everything_known(work, uln)
    return render_template(
        "learner.html",
        title=_title(known.learner),
        learner=known.learner,
        facts=_facts(known.learner),
        history=known.history[-_MOST_OF_ONE:],
        changes=len(known.history),
        name_of=_name_of,
        events=[(event, _event_facts(event)) for event in known.events[:_MOST_OF_ONE]],
        event_count=len(known.events),
    )


@learners.get("/learners/<uln>/<what>")
def ask(uln: str, what: str) -> str:
    """Ask whether a learner is to be changed."""
    return _question(uln, what, ActionForm())


@learners.post("/learners/<uln>/<what>")
def change(uln: str, what: str) -> AnyResponse:
    """Merge, unmerge or delete a learner."""
    action, form, master = _action(what), ActionForm(), _master()

    def carry_out() -> str:
        with writing(what) as (work, exchange):
            exchange.decide(action.change(work, uln, master))
        return action.said.format(uln=uln, other=master)

    return carried_out(
        carry_out,
        form=form,
        leads_to=lambda: url_for("learners.show", uln=uln),
        again=lambda reasons: _question(uln, what, form, reasons),
    )


def _question(uln: str, what: str, form: ActionForm, reasons: Sequence[str] = ()) -> str:
    action = _action(what)
    with reading() as work:
        learner = everything_known(work, uln).learner
    return render_template(
        "learner_change.html",
        title=f"{action.button} {_title(learner)}",
        learner=learner,
        action=action,
        question=action.question.format(other=_master()),
        what=what,
        master=_master(),
        form=form,
        reasons=reasons,
        is_wrong=bool(reasons),
    )


def _action(what: str) -> LearnerAction:
    if what not in _ACTIONS:
        abort(404)
    return _ACTIONS[what]


def _master() -> str:
    return "".join(request.values.get("master", "").split())


def _title(learner: Learner) -> str:
    return f"{learner.given_name} {learner.family_name}, {learner.uln}"


def _facts(learner: Learner) -> list[tuple[str, str]]:
    """The values that are held of a learner, by the contract's names; the page has a link in place of the master."""
    pairs = ((each.contract_name, getattr(learner, each.name)) for each in LOADABLE if each.name != "master_uln")
    return [(name, str(value)) for name, value in pairs if value not in (None, "")]


def _event_facts(event: LearningEvent) -> list[tuple[str, str]]:
    pairs = ((CONTRACT_NAMES[field], value) for field, value in event._asdict().items())
    return [(name, str(value)) for name, value in pairs if value not in (None, "")]


def _name_of(field: str) -> str:
    """The contract's name of a learner's field, or its own if the contract has none."""
    known = BY_NAME.get(field)
    return field if known is None else known.contract_name
