"""What the histories of learners have of a challenge: its reference, and what was changed in an event."""

from __future__ import annotations

from lrs_soap.rules.challenges.challenge import Challenge, Done, Effect, EventValue


def concerned(challenge: Challenge, done: Done) -> tuple[str, ...]:
    """The ULNs of the learners whom it concerns: the one it is about, and those to whom something was done."""
    return tuple(dict.fromkeys(filter(None, (challenge.uln, done.uln, done.other_uln))))


def history_fields(
    challenge: Challenge, done: Done, *, is_undone: bool = False
) -> dict[str, tuple[str | None, str | None]]:
    """The fields of the entry in a history, each before and after. With `is_undone`, `done` is what is changed back.

    | done | enquiry | event | others |
    |---|---|---|---|
    | nothing, or something to learners | the reference, twice | | |
    | an event corrected or moved | the reference, twice | its ID, twice | its fields before and after |
    | an event removed | the reference, twice | its ID and nothing; undone: nothing and its ID | |
    """
    reference = str(challenge.reference)
    fields: dict[str, tuple[str | None, str | None]] = {"enquiry": (reference, reference)}
    if not done.event_id:
        return fields
    event = str(done.event_id)
    if done.effect is Effect.REMOVED:
        fields["event"] = (None, event) if is_undone else (event, None)
        return fields
    fields["event"] = event, event
    before, after = (done.after, done.before) if is_undone else (done.before, done.after)
    return fields | {name: (_text(before[name]), _text(after[name])) for name in done.after}


def _text(value: EventValue) -> str | None:
    return None if value is None else str(value)
