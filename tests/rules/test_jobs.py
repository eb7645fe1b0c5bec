"""The life of a batch job: the table, its diagram, and how records are counted."""

from __future__ import annotations

import re
from dataclasses import astuple
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrs_soap.rules.batches.jobs import TRANSITIONS, Counts, ImpossibleTransition, JobEvent, JobState, after
from lrs_soap.rules.values.codes import ReturnCode

BEHAVIOUR = Path(__file__).parents[2] / "docs" / "behaviour.md"

states, events = st.sampled_from(JobState), st.sampled_from(JobEvent)


def diagram() -> str:
    """The table as the document has it."""
    lines = ["stateDiagram-v2", f"    [*] --> {JobState.WAITING.shown}: submitted"]
    lines += [f"    {before.shown} --> {to.shown}: {event.shown}" for (before, event), to in TRANSITIONS.items()]
    return "\n".join(lines) + "\n"


def test_the_diagram_is_that_of_the_table() -> None:
    drawn = re.search("```mermaid\n(.*?)```", BEHAVIOUR.read_text("utf-8"), re.S)
    assert drawn is not None
    assert drawn[1] == diagram(), f"docs/behaviour.md is stale; it should be\n\n{diagram()}"


@given(states, events)
def test_what_is_not_in_the_table_cannot_happen(state: JobState, event: JobEvent) -> None:
    if (state, event) in TRANSITIONS:
        assert after(state, event) is TRANSITIONS[state, event]
    else:
        told = f"{event.shown} cannot happen to a job that is {state.shown}"
        with pytest.raises(ImpossibleTransition, match=told) as raised:
            after(state, event)
        assert (raised.value.state, raised.value.event) == (state, event)


@given(st.lists(events))
def test_a_life_never_goes_back(life: list[JobEvent]) -> None:
    stages = [JobState.WAITING]
    for event in life:
        try:
            stages.append(after(stages[-1], event))
        except ImpossibleTransition:
            continue
    age = {JobState.WAITING: 0, JobState.IN_PROGRESS: 1, JobState.SUCCESSFUL: 2, JobState.FAILED: 2}
    assert [age[stage] for stage in stages] == sorted(age[stage] for stage in stages)
    ends = {stage for stage in stages if age[stage] == 2}
    assert len(ends) <= 1
    if JobState.SUCCESSFUL in ends:
        assert JobEvent.TAKE in life
        assert JobEvent.FINISH in life


def test_a_job_is_taken_done_record_by_record_and_finished() -> None:
    state = JobState.WAITING
    for event in (JobEvent.TAKE, JobEvent.RECORD_DONE, JobEvent.PUT_BACK, JobEvent.TAKE_OVER, JobEvent.RECORD_DONE):
        state = after(state, event)
        assert state is JobState.IN_PROGRESS
    assert after(state, JobEvent.FINISH) is JobState.SUCCESSFUL
    assert after(JobState.SUCCESSFUL, JobEvent.RESOLVE) is JobState.SUCCESSFUL
    assert after(state, JobEvent.GIVE_UP) is JobState.FAILED
    # What is given up is over: nobody takes it again, and nobody decides on a record of it.
    assert not any(state is JobState.FAILED for state, _ in TRANSITIONS)


def test_states_are_shown_as_jobstatus_has_them() -> None:
    assert [state.shown for state in JobState] == ["Waiting", "InProgress", "Successful", "Failed"]


@pytest.mark.parametrize(
    ("code", "counted"),
    [
        ("RC001", Counts(new=1)),
        ("RC002", Counts(exists_updated=1)),
        ("RC003", Counts(exists_updated=1)),
        ("RC004", Counts(exists_updated=1)),
        ("RC005", Counts(exists_updated=1)),
        ("RC006", Counts(rejected=1)),
        ("RC007", Counts(possible_match=1)),
        ("RC008", Counts(possible_match=1)),
        ("RC009", Counts(not_found=1)),
        ("RC010", Counts(rejected=1)),
        ("RC011", Counts(rejected=1)),
        ("RC012", Counts(rejected=1)),
        ("RC013", Counts(rejected=1)),
    ],
)
def test_where_each_return_code_is_counted(code: str, counted: Counts) -> None:
    (of_code,) = (each for each in ReturnCode if each.value == code)
    assert Counts.of({of_code: 1}) == counted


@given(st.dictionaries(st.sampled_from(ReturnCode), st.integers(0, 100_000)))
def test_counts_add_up_to_the_records(outcomes: dict[ReturnCode, int]) -> None:
    assert sum(astuple(Counts.of(outcomes))) == sum(outcomes.values())
