"""Update a field of a learner with zeep, even when someone else changes the learner at the same time.

    python update.py ADDRESS ULN FAMILY_NAME GIVEN_NAME FIELD VALUE

ADDRESS is the service's, such as http://127.0.0.1:8080. FIELD is one of the contract's, such as Title or EmailAddress;
an empty VALUE clears it. The program prints the response code of each attempt, and what someone else changed before the
next one. If someone else changed the same field, it stops, so that you see the other value first.
"""

import sys
from typing import Any

import zeep
from zeep.exceptions import Fault

ASKER = {"UKPRN": "TEST0001", "OrgPassword": "CompatSitePass01", "UserName": "example"}

# Every update must repeat these fields. Any other field that is left out stays as it is.
REPEATED = (
    "GivenName",
    "FamilyName",
    "LastKnownPostCode",
    "DateOfBirth",
    "Gender",
    "VerificationType",
    "OtherVerificationDescription",  # mandatory with VerificationType 999
    "AbilityToShare",
    "ULN",
    "VersionNumber",
)
UPDATED, STALE_VERSION = "WSRC0006", "WSRC0013"
ATTEMPTS = 3


def find(service: Any, uln: str, family_name: str, given_name: str) -> Any:
    """The learner as the register has it now; None if no learner has this ULN and these names."""
    answer = service.learnerByULN(FindType="FUL", ULN=uln, FamilyName=family_name, GivenName=given_name, **ASKER)
    return answer.Learner[0] if answer.ResponseCode == "WSRC0004" else None


def update(service: Any, uln: str, family_name: str, given_name: str, field: str, value: str) -> str:
    """The response code of the last attempt, or the reason why there was no other."""
    current = find(service, uln, family_name, given_name)
    for _ in range(ATTEMPTS):
        if current is None:
            return "no learner has this ULN and these names"
        learner = {name: current[name] for name in REPEATED}
        # zeep returns the answer's only field instead of the answer.
        code = service.updateSingleLearner(Learner={**learner, field: value}, **ASKER)
        print(code)
        if code != STALE_VERSION:
            return code
        # Read the learner again: an update names the version that it changes, and there is a newer one.
        seen, current = current, find(service, uln, family_name, given_name)
        if current is not None and field in show_changes(seen, current):
            return f"someone else has changed {field}"
    return code


def show_changes(before: Any, now: Any) -> list[str]:
    """Print what differs between two states of a learner, and return the names of those fields."""
    changed = [name for name in before if before[name] != now[name]]
    for name in changed:
        print(f"{name}: {before[name]} -> {now[name]}")
    return changed


def main(address: str, *change: str) -> None:
    service = zeep.Client(f"{address}/LearnerService.svc?singleWsdl").service
    try:
        code = update(service, *change)
    except Fault as fault:
        (exception,) = fault.detail
        # Any namespace: the service sends the fields without one, which is not what its WSDL says.
        fields = (exception.findtext(f"{{*}}{name}") for name in ("ErrorCode", "Description", "FurtherDetails"))
        sys.exit(": ".join(field or "" for field in fields))
    if code != UPDATED:
        sys.exit(f"The learner has not been updated: {code}.")


if __name__ == "__main__":
    main(*sys.argv[1:])
