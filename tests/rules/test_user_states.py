from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lrs_soap.rules.access.user_states import UserEvent, UserState, after

EVENTS = st.lists(st.sampled_from(UserEvent))


def state_after(events: list[UserEvent]) -> UserState:
    """The state of a new account after these events; those that are not possible change nothing."""
    state = UserState.ACTIVE
    for event in events:
        state = after(state, event) or state
    return state


@given(EVENTS, EVENTS)
def test_a_closed_account_stays_closed(before: list[UserEvent], later: list[UserEvent]) -> None:
    assert state_after([*before, UserEvent.DELETE, *later]) is UserState.DELETED


@given(EVENTS)
def test_who_was_suspended_by_a_super_user_is_active_again_only_by_one(events: list[UserEvent]) -> None:
    state = state_after([UserEvent.SUSPEND, *events])
    assert state is not UserState.ACTIVE or UserEvent.REACTIVATE in events


@given(EVENTS)
def test_who_was_locked_is_active_again_by_a_super_user_or_alone(events: list[UserEvent]) -> None:
    state = state_after([UserEvent.LOCK, *events])
    assert state is not UserState.ACTIVE or {UserEvent.REACTIVATE, UserEvent.RECOVER} & set(events)


@given(st.sampled_from(UserState))
def test_a_reset_changes_no_state(state: UserState) -> None:
    assert after(state, UserEvent.RESET) in (state, None)


def test_every_account_but_a_closed_one_can_be_deleted_and_reset() -> None:
    for event in (UserEvent.DELETE, UserEvent.RESET):
        assert {state for state in UserState if after(state, event) is None} == {UserState.DELETED}
