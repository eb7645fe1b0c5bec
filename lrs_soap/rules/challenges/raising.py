"""Whether a challenge can be raised: everything that stands against it, found at once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from lrs_soap.errors import InvalidRecord
from lrs_soap.rules.challenges.challenge import Challenge, ChallengeSent
from lrs_soap.rules.challenges.objections import ChallengeCode, ChallengeDecision, Objected, Objection, judged
from lrs_soap.rules.challenges.parts import LONGEST, LONGEST_PROPOSED, NAMES, PROPOSABLE_NAMES
from lrs_soap.rules.challenges.problems import PROBLEM_RULES, Need, ProblemRule
from lrs_soap.rules.learners.field_rules import Violation
from lrs_soap.rules.learners.uln_lookup import NoHolder, holder_of
from lrs_soap.rules.names.demographics import genders_agree
from lrs_soap.rules.names.matching import NamesAsked, compare_names
from lrs_soap.rules.records import learning_events
from lrs_soap.rules.records.event_holder import age_violations
from lrs_soap.rules.records.learning_events import CONTRACT_NAMES, FIELD_RULES, ILR, LearningEvent
from lrs_soap.rules.values import postcode
from lrs_soap.rules.values.characters import check_characters
from lrs_soap.rules.values.learner import Learner

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_TELEPHONE = re.compile(r"\+?\(?[0-9][0-9 ()./-]{4,}(?: ?(?:x|ext\.?) ?[0-9]+)?", re.IGNORECASE)
NOT_HELD = {
    NoHolder.NOT_A_ULN: Objection.NOT_A_ULN,
    NoHolder.UNKNOWN: Objection.UNKNOWN,
    NoHolder.DELETED: Objection.DELETED,
}
"""What stands against a ULN that no learner has, by why."""

_NUMBERS = ("no qualification", "one qualification", "two qualifications")


@dataclass(frozen=True, slots=True)
class Known:
    """What of the register a challenge is judged by.

    `learner` is the one whom it is about, and `other` the one with the other ULN that it names; each may be None.
    `events` are those of the learner's record that the organisation may see, `under_challenge` the references of the
    open challenges on them, by their IDs. `open_challenges` are the open ones on the ULNs of both. `holders` are the
    learners with the ULNs of the events, by ULN.
    """

    learner: Learner | None
    other: Learner | None = None
    events: Sequence[LearningEvent] = ()
    under_challenge: Mapping[int, str] = field(default_factory=dict)
    open_challenges: Sequence[Challenge] = ()
    holders: Mapping[str, Learner] = field(default_factory=dict)


def judge_raising(sent: ChallengeSent, uln: str, held: Known, *, organisation: str) -> ChallengeDecision:
    """RAISED, or REFUSED with everything that stands against it. `organisation` is the UKPRN of who raises it.

    | | |
    |---|---|
    | the learner is unknown, deleted or linked | refused |
    | PROBLEM_RULES needs what is not said, or has no place for what is | refused |
    | a text too long, no e-mail address, no telephone number | refused |
    | the other ULN is no learner's, the learner's own or, where it has to be linked to the learner, is not | refused |
    | a transfer, and the other learner has another name | refused, as if there were no such learner |
    | a duplicate, the details of both differ much, no comments | refused |
    | an event that is not in the record, or under challenge already | refused |
    | proposed values that are the held ones, or that break a rule of events | refused |
    | a missing date of Source ILR, of another organisation's event | refused |
    | an open challenge on the same ULNs about the same problem | refused |
    """
    subject = tuple(_of_subject(uln, held.learner))
    if subject or held.learner is None:
        return judged(ChallengeCode.RAISED, subject)
    rule = PROBLEM_RULES[sent.problem]
    objections = (
        *_of_texts(sent),
        *_of_needs(sent, rule),
        *_of_other(sent, held.learner, held.other),
        *_of_events(sent, rule, held, organisation),
        *under_challenge(sent, uln, held.open_challenges),
    )
    return judged(ChallengeCode.RAISED, objections)


def differ_much(one: Learner, other: Learner) -> bool:
    """Whether a merge of both needs a reason: names not even similar, another date of birth, gender or postcode.

    ZZ99 9ZZ, the postcode of an unknown address, differs from no other.
    """
    names = compare_names(NamesAsked(other.given_name, other.family_name), one)
    post_codes = {postcode.identity_key(each.last_known_post_code) for each in (one, other)} - {postcode.UNKNOWN}
    return (
        not names.similar
        or one.date_of_birth != other.date_of_birth
        or not genders_agree(one.gender, other.gender)
        or len(post_codes) > 1
    )


def changed_values(event: LearningEvent, values: Mapping[str, str]) -> dict[str, str | None]:
    """Those of the proposed values that differ from the event's own; an empty one is None."""
    wanted = {name: value.strip() or None for name, value in values.items()}
    if "grade" in wanted and wanted["grade"] == FIELD_RULES["grade"][event.source].default:
        # What an answer has for no grade is none.
        wanted["grade"] = None
    return {name: value for name, value in wanted.items() if value != (getattr(event, name) or None)}


def broken_values(
    event: LearningEvent, changed: Mapping[str, str | None], holder: Learner | None
) -> Iterator[Objected]:
    """What an event would break if it had these values, and does not break now. `holder` has its ULN."""
    before = {each.sentence for each in _violations(event, holder)}
    by_name = {CONTRACT_NAMES[name]: name for name in changed}
    for violation in _violations(event._replace(**changed), holder):  # type: ignore[arg-type]
        if violation.sentence not in before:
            name = by_name.get(violation.field, "")
            where = f"proposed.{name}" if name else "proposed"
            yield Objected(Objection.PROPOSED_BROKEN, where, (violation.sentence,))


def _violations(event: LearningEvent, holder: Learner | None) -> Iterator[Violation]:
    yield from learning_events.violations(event)
    if holder is not None:
        yield from age_violations(event, holder)


def _of_subject(uln: str, learner: Learner | None) -> Iterator[Objected]:
    holder = holder_of(uln, learner)
    if isinstance(holder, NoHolder):
        yield Objected(NOT_HELD[holder], "", (uln,))
    elif holder.master_uln is not None:
        yield Objected(Objection.LINKED, "", (uln, holder.master_uln))


def _of_texts(sent: ChallengeSent) -> Iterator[Objected]:
    for name, longest in LONGEST.items():
        text: str = getattr(sent, name)
        yield from broken_text(name, NAMES[name], text, longest)
    for name, text in sent.proposed.items():
        yield from broken_text(f"proposed.{name}", CONTRACT_NAMES.get(name, name), text, LONGEST_PROPOSED)
    if sent.contact_email and not _EMAIL.fullmatch(sent.contact_email):
        yield Objected(Objection.NO_EMAIL, "contact_email", (NAMES["contact_email"],))
    if sent.contact_telephone and not _TELEPHONE.fullmatch(sent.contact_telephone):
        yield Objected(Objection.NO_TELEPHONE, "contact_telephone", (NAMES["contact_telephone"],))


def broken_text(part: str, name: str, text: str, longest: int) -> Iterator[Objected]:
    """What stands against a text, which people call `name`: its length, and a character that XML cannot carry."""
    if len(text) > longest:
        yield Objected(Objection.TOO_LONG, part, (name, f"{len(text):,}", f"{longest:,}"))
    try:
        check_characters(name, text[:longest])
    except InvalidRecord as error:
        character = re.search("U\\+[0-9A-F]+", error.reason)
        yield Objected(Objection.CHARACTER, part, (name, character[0] if character else ""))


def _of_needs(sent: ChallengeSent, rule: ProblemRule) -> Iterator[Objected]:
    of_a_transfer = Need.MUST if sent.other_uln and rule.other_name is Need.MAY else rule.other_name
    needs = {
        "comments": rule.comments,
        **dict.fromkeys(("contact_name", "contact_email", "contact_telephone"), rule.contact),
        "other_uln": rule.other_uln,
        "master_uln": rule.master,
        **dict.fromkeys(("other_given_name", "other_family_name"), of_a_transfer),
    }
    for name, need in needs.items():
        text: str = getattr(sent, name)
        if need is Need.MUST and not text.strip():
            yield Objected(Objection.MISSING, name, (NAMES[name],))
        elif need is Need.NEVER and text.strip():
            yield Objected(Objection.NO_PLACE, name, (NAMES[name],))
    if rule.other_name is Need.MAY and not sent.other_uln and (sent.other_given_name or sent.other_family_name):
        yield Objected(Objection.MISSING, "other_uln", (NAMES["other_uln"],))
    for name in sorted(sent.proposed.keys() - set(rule.proposable)):
        yield Objected(Objection.NO_PLACE, "proposed", (CONTRACT_NAMES.get(name, name),))


def _of_other(sent: ChallengeSent, learner: Learner, other: Learner | None) -> Iterator[Objected]:
    """What stands against the other ULN, where one is named."""
    rule = PROBLEM_RULES[sent.problem]
    if not sent.other_uln or rule.other_uln is Need.NEVER:
        return
    if sent.other_uln == learner.uln:
        yield Objected(Objection.SAME_ULN, "other_uln", (sent.other_uln,))
        return
    holder = holder_of(sent.other_uln, other)
    if isinstance(holder, NoHolder):
        named = rule.other_name is not Need.NEVER and holder is not NoHolder.NOT_A_ULN
        yield Objected(Objection.NOBODY_OF_THE_NAME if named else NOT_HELD[holder], "other_uln", (sent.other_uln,))
    elif rule.other_name is not Need.NEVER:
        yield from _of_transfer(sent, learner, holder)
    elif rule.master is Need.NEVER:
        if holder.master_uln != learner.uln:
            yield Objected(Objection.NOT_MERGED, "other_uln", (sent.other_uln, learner.uln))
    elif holder.master_uln == learner.uln:
        yield Objected(Objection.SAME_PERSON, "other_uln", (sent.other_uln,))
    elif holder.master_uln is not None:
        yield Objected(Objection.LINKED, "other_uln", (sent.other_uln, holder.master_uln))
    else:
        if sent.master_uln and sent.master_uln not in (learner.uln, sent.other_uln):
            yield Objected(Objection.NEITHER_OF_BOTH, "master_uln", (learner.uln, sent.other_uln))
        if rule.explains_difference and not sent.comments.strip() and differ_much(learner, holder):
            yield Objected(Objection.EXPLANATION_MISSING, "comments")


def _of_transfer(sent: ChallengeSent, learner: Learner, other: Learner) -> Iterator[Objected]:
    if learner.uln == other.master_uln:
        yield Objected(Objection.SAME_PERSON, "other_uln", (other.uln,))
    elif sent.other_given_name and sent.other_family_name:
        names = compare_names(NamesAsked(sent.other_given_name, sent.other_family_name), other)
        if not names.similar:
            yield Objected(Objection.NOBODY_OF_THE_NAME, "other_uln", (sent.other_uln,))


def _of_events(sent: ChallengeSent, rule: ProblemRule, held: Known, organisation: str) -> Iterator[Objected]:
    chosen = tuple(dict.fromkeys(sent.event_ids))
    if len(chosen) != rule.events:
        yield Objected(Objection.EVENT_COUNT, "event_ids", (_NUMBERS[rule.events], str(len(chosen))))
        return
    by_id = {event.id: event for event in held.events}
    for event_id in chosen:
        if event_id not in by_id:
            yield Objected(Objection.NO_SUCH_EVENT, "event_ids")
        elif event_id in held.under_challenge:
            yield Objected(Objection.UNDER_CHALLENGE, "event_ids", (held.under_challenge[event_id],))
        elif rule.proposable:
            event = by_id[event_id]
            yield from _of_proposed(sent, rule, event, held.holders.get(event.uln), organisation)


def _of_proposed(
    sent: ChallengeSent, rule: ProblemRule, event: LearningEvent, holder: Learner | None, organisation: str
) -> Iterator[Objected]:
    proposed = {name: value for name, value in sent.proposed.items() if name in rule.proposable}
    changed = changed_values(event, proposed)
    if not changed.keys() & set(rule.about):
        names = " or ".join(PROPOSABLE_NAMES[name] for name in rule.about)
        yield Objected(Objection.NOTHING_PROPOSED, "proposed", (names,))
        return
    yield from broken_values(event, changed, holder)
    for name in changed:
        is_missing_date = name.endswith("_date") and getattr(event, name) is None
        if event.source == ILR and is_missing_date and event.achievement_provider_ukprn != organisation:
            yield Objected(Objection.MISSING_DATE, f"proposed.{name}", (event.achievement_provider_ukprn or "unknown",))


def under_challenge(sent: ChallengeSent, uln: str, open_challenges: Sequence[Challenge]) -> Iterator[Objected]:
    """The open challenge of a ULN that is about the same: with two ULNs, from whichever side it was raised."""
    if PROBLEM_RULES[sent.problem].events:
        return
    ulns = {uln, sent.other_uln}
    for each in open_challenges:
        if each.problem is sent.problem and {each.uln, each.sent.other_uln} == ulns:
            yield Objected(Objection.UNDER_CHALLENGE, "problem", (str(each.reference),))
            return
