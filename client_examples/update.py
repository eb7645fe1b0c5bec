"""Update a field of a learner with zeep, though somebody else may be changing the learner at the same time.

    python update.py ADDRESS ULN FAMILY_NAME GIVEN_NAME FIELD VALUE

ADDRESS is that of the service: http://127.0.0.1:8080. FIELD is one of the contract's, such as Title or EmailAddress; an
empty VALUE clears it. Prints the response code of each attempt, and what somebody else has changed before the next one.
Gives up where that is the same field: whoever runs it has to see the other value first.
"""

import sys
from typing import Any

import zeep
from zeep.exceptions import Fault

ASKER = {"UKPRN": "TEST0001", "OrgPassword": "CompatSitePass01", "UserName": "example"}

# What every update has to say again of the learner; a field that is left out stays as it is.
SAID_AGAIN = (
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
    """The learner as it is held now; None where this ULN and these names are nobody's."""
    answer = service.learnerByULN(FindType="FUL", ULN=uln, FamilyName=family_name, GivenName=given_name, **ASKER)
    return answer.Learner[0] if answer.ResponseCode == "WSRC0004" else None


def update(service: Any, uln: str, family_name: str, given_name: str, field: str, value: str) -> str:
    """The response code of the last attempt, or why there is no other."""
    held = find(service, uln, family_name, given_name)
    for _ in range(ATTEMPTS):
        if held is None:
            return "nobody has this ULN and these names"
        learner = {name: held[name] for name in SAID_AGAIN}
        # zeep returns the answer's only field itself.
        code = service.updateSingleLearner(Learner={**learner, field: value}, **ASKER)
        print(code)
        if code != STALE_VERSION:
            return code
        # Anew: an update has to name the version that it changes, and somebody has made another.
        seen, held = held, find(service, uln, family_name, given_name)
        if held is not None and field in show_changes(seen, held):
            return f"somebody else has changed {field}"
    return code


def show_changes(before: Any, now: Any) -> list[str]:
    """Print what differs between two states of a learner; the fields' names."""
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
        # In whatever namespace: the service sends the fields in none, which is not what its WSDL says.
        fields = (exception.findtext(f"{{*}}{name}") for name in ("ErrorCode", "Description", "FurtherDetails"))
        sys.exit(": ".join(field or "" for field in fields))
    if code != UPDATED:
        sys.exit(f"The learner has not been updated: {code}.")


if __name__ == "__main__":
    main(*sys.argv[1:])
