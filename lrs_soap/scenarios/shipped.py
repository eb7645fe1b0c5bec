"""The scenarios that can be had by name alone."""

from __future__ import annotations

from collections.abc import Mapping

from lrs_soap.rules.values.codes import FaultCode, ResponseCode
from lrs_soap.scenarios.scenario import Do, Scenario, When

_ALL = (
    Scenario(name="slow", do=Do(delay=3)),
    Scenario(name="out-of-hours", do=Do(fault=FaultCode.OUT_OF_HOURS.value)),
    Scenario(name="maintenance", do=Do(maintenance=True)),
    Scenario(name="wrong-password", do=Do(fault=FaultCode.INCORRECT_PASSWORD.value)),
    Scenario(
        name="too-many-matches",
        when=When(operation="learnerByDemographics"),
        do=Do(response_code=ResponseCode.TOO_MANY_MATCHES.value),
    ),
    Scenario(name="unknown-exception", do=Do(fault=FaultCode.UNKNOWN_EXCEPTION.value)),
    Scenario(name="lost-answer", do=Do(drop="after")),
    Scenario(name="cut-answer", do=Do(drop="midway")),
    Scenario(name="bad-gateway", do=Do(http=502)),
    Scenario(name="job-hangs", do=Do(job="hang")),
    Scenario(name="job-fails", do=Do(job="fail")),
)

SHIPPED: Mapping[str, Scenario] = {each.name: each for each in _ALL}
"""The shipped scenarios by name."""
