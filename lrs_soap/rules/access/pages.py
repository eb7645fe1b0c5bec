"""The pages of the portal and the roles that open them: one table, from which the menu is made, too."""

from __future__ import annotations

from enum import Enum

from lrs_soap.rules.access.roles import Access
from lrs_soap.rules.values.decision import Reason
from lrs_soap.rules.values.organisation import Role
from lrs_soap.rules.values.rule import Outcome, Rule


class Section(str, Enum):
    """A part of the menu, by its title."""

    LEARNERS = "Learner Management"
    USERS = "User Management"
    ACCOUNT = "My Account"


_EVERYBODY = frozenset(Role)
_FINDS = frozenset({Role.ONLINE_USER, Role.VIEW_ONLY_USER, Role.LEARNER_RECORD})
_ONLINE = frozenset({Role.ONLINE_USER})
_BATCH = frozenset({Role.BATCH_USER})
_RECORD = frozenset({Role.LEARNER_RECORD})
_VERIFIES = frozenset({Role.LEARNING_PROVIDER})
_SUPER = frozenset({Role.SUPER_USER})
_LEARNERS, _USERS, _ACCOUNT = Section


class Page(Enum):
    """A page: its title, the roles of which one opens it, and the part of the menu in which it is, if it is in one.

    A page that everybody's role opens is open without any role, too. A user has the pages of all roles in force: Super
    Users see user management and no learner, unless they have another role. Who has only the role Learner Record may
    find learners, but sees no more of them than ULN and names.
    """

    title: str
    opened_by: frozenset[Role]
    section: Section | None

    def __new__(cls, name: str, title: str, opened_by: frozenset[Role], section: Section | None = None) -> Page:
        member = object.__new__(cls)
        member._value_ = name
        member.title = title
        member.opened_by = opened_by
        member.section = section
        return member

    WELCOME = "welcome", "Welcome", _EVERYBODY
    LEARNER_MANAGEMENT = "learner management", "Learner Management", _EVERYBODY
    FIND_LEARNER = "find learner", "Find a learner", _FINDS, _LEARNERS
    FIND_RESULTS = "find results", "Find Learner Results", _FINDS
    LEARNER_PROFILE = "learner profile", "View Learner Profile", _FINDS
    REGISTER_LEARNER = "register learner", "Register a learner", _ONLINE, _LEARNERS
    EDIT_LEARNER = "edit learner", "Edit Details", _ONLINE
    VERIFY_LEARNER = "verify learner", "Verify a learner", _VERIFIES, _LEARNERS
    LEARNING_RECORD = "learning record", "Personal Learning Record", _RECORD
    CREATE_REPORT = "create report", "Create a Report", _RECORD
    ENQUIRIES = "enquiries", "View Enquiries", _FINDS
    REPORT_ULN_PROBLEM = "report uln problem", "Report a ULN Problem", _FINDS
    REPORT_PROBLEM = "report problem", "Report a Problem", _RECORD
    ULN_CHANGES = "uln changes", "Merged and deleted ULNs", _ONLINE | _BATCH, _LEARNERS
    UPLOAD_BATCH = "upload batch", "Upload a batch file", _BATCH, _LEARNERS
    BATCH_JOBS = "batch jobs", "Batch jobs", _BATCH, _LEARNERS
    BATCH_EXCEPTIONS = "batch exceptions", "Exceptions", _BATCH, _LEARNERS
    PROHIBITED_TEXT = "prohibited text", "Prohibited text", _EVERYBODY
    FIND_USER = "find user", "Find User", _SUPER, _USERS
    CREATE_USER = "create user", "Create User", _SUPER
    VIEW_USER = "view user", "View User", _SUPER
    UPDATE_USER = "update user", "Update User", _SUPER
    USER_ACTIVITY = "user activity", "User Activity", _SUPER, _USERS
    MY_ACCOUNT = "my account", "My Account", _EVERYBODY, _ACCOUNT


def judge_page(roles: frozenset[Role], page: Page) -> Access:
    """Whether somebody with these roles in force may see a page."""
    held = roles & page.opened_by
    is_allowed = bool(held) or page.opened_by == _EVERYBODY
    outcome = Outcome.ALLOWED if is_allowed else Outcome.NO_ROLE
    return Access(
        is_allowed, Reason(Rule.PAGE, outcome, sent=(page.value,), held=tuple(sorted(role.value for role in roles)))
    )


def menu(roles: frozenset[Role]) -> dict[Section, list[Page]]:
    """The pages in the menu of somebody with these roles in force, by their part; no part is empty."""
    found: dict[Section, list[Page]] = {}
    for page in Page:
        if page.section is not None and judge_page(roles, page).is_allowed:
            found.setdefault(page.section, []).append(page)
    return found
