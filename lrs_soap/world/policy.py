"""What the settings say a world does: its policy."""

from __future__ import annotations

from datetime import timedelta

from lrs_soap.loading import prohibited_text
from lrs_soap.operations.work import Policy
from lrs_soap.rules.access.hours import ServiceHours
from lrs_soap.rules.learners.find_before_register import SearchAge
from lrs_soap.rules.learners.prohibited_text import ProhibitedText
from lrs_soap.settings import Settings


def policy_of(settings: Settings, *, prohibited: ProhibitedText | None = None, is_still: bool | None = None) -> Policy:
    """The policy in these settings. Raises InvalidSetting, as `prohibited_text.read` does.

    `prohibited` is the list that was read before, `is_still` whether the clock stands still if the settings do not say.
    """
    return Policy(
        prohibited=prohibited_text.read(settings.prohibited_text) if prohibited is None else prohibited,
        search_age=_search_age(settings, is_still=settings.clock is not None if is_still is None else is_still),
        batch_delay=settings.batch_delay,
        return_codes=settings.return_codes,
        hours=ServiceHours(settings.service_hours, settings.maintenance),
        strict=settings.strict,
        records_apart=settings.batch_validation == "record",
        maintenance_page=settings.maintenance_answer == "page",
        world_header=settings.world_header,
        scenario_header=settings.scenario_header,
        certificate_subjects=settings.certificate_subjects,
        desk_hours=settings.desk_hours,
        announcement=settings.announcement,
        known_users_only=settings.known_users_only,
        password_by_mail=settings.password_reset == "mail",
        suspend_after=settings.suspend_after,
        idle_seconds=settings.portal_idle_timeout,
    )


def _search_age(settings: Settings, *, is_still: bool) -> SearchAge | None:
    if not settings.find_before_register:
        return None
    return SearchAge(
        maximum=timedelta(seconds=settings.find_before_register_maximum),
        # A clock that stands still would never let a search grow old enough.
        minimum=timedelta(seconds=0 if is_still else settings.find_before_register_minimum),
    )
