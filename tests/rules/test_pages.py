from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrs_soap.rules.access.pages import Page, Section, judge_page, menu
from lrs_soap.rules.values.organisation import Role

OPEN = {Page.WELCOME, Page.LEARNER_MANAGEMENT, Page.PROHIBITED_TEXT, Page.MY_ACCOUNT}
FINDS = {
    *(Page.FIND_LEARNER, Page.FIND_RESULTS, Page.LEARNER_PROFILE, Page.ENQUIRIES, Page.REPORT_ULN_PROBLEM),
}
# Appendix A of the user guide.
OF_A_ROLE = {
    Role.SUPER_USER: {Page.FIND_USER, Page.CREATE_USER, Page.VIEW_USER, Page.UPDATE_USER, Page.USER_ACTIVITY},
    Role.BATCH_USER: {Page.UPLOAD_BATCH, Page.BATCH_JOBS, Page.BATCH_EXCEPTIONS, Page.ULN_CHANGES},
    Role.ONLINE_USER: {*FINDS, Page.REGISTER_LEARNER, Page.EDIT_LEARNER, Page.ULN_CHANGES},
    Role.VIEW_ONLY_USER: FINDS,
    Role.LEARNER_RECORD: {*FINDS, Page.LEARNING_RECORD, Page.REPORT_PROBLEM, Page.CREATE_REPORT},
    Role.LEARNING_PROVIDER: {Page.VERIFY_LEARNER},
}
ROLES = st.frozensets(st.sampled_from(Role))


@pytest.mark.parametrize("role", Role)
def test_a_role_opens_its_pages(role: Role) -> None:
    assert {page for page in Page if judge_page(frozenset({role}), page).is_allowed} == OPEN | OF_A_ROLE[role]


@given(ROLES)
def test_roles_open_what_each_of_them_opens(roles: frozenset[Role]) -> None:
    opened = OPEN.union(*(OF_A_ROLE[role] for role in roles))
    assert {page for page in Page if judge_page(roles, page).is_allowed} == opened


@given(ROLES)
def test_the_menu_has_what_is_open_and_nothing_else(roles: frozenset[Role]) -> None:
    shown = menu(roles)
    assert all(shown.values())
    for section, pages in shown.items():
        assert all(page.section is section and judge_page(roles, page).is_allowed for page in pages)
    assert Section.ACCOUNT in shown
    assert (Section.USERS in shown) is (Role.SUPER_USER in roles)
