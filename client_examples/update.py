"""Update a field of a learner with zeep, whoever else is changing the learner at the same time.

    python update.py ADDRESS ULN FAMILY_NAME GIVEN_NAME FIELD VALUE

ADDRESS is that of the service: http://127.0.0.1:8080. FIELD is one of the contract's, such as Title or EmailAddress; an
empty VALUE clears it. Prints the response code of each attempt.
"""

import sys
from typing import Any

import zeep
from zeep.exceptions import Fault

ASKER = {"UKPRN": "TEST0001", "OrgPassword": "CompatSitePass01", "UserName": "example"}

# What every update has to say again of the learner; a field that is left out stays as it is.
MANDATORY = (
    "GivenName",
    "FamilyName",
    "LastKnownPostCode",
    "DateOfBirth",
    "Gender",
    "VerificationType",
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
    """The response code of the last attempt."""
    code = "nobody has been found"
    for _ in range(ATTEMPTS):
        # Anew each time: an update has to name the version that it changes, and somebody may have made another.
        held = find(service, uln, family_name, given_name)
        if held is None:
            break
        learner = {name: held[name] for name in MANDATORY}
        # zeep returns the answer's only field itself.
        code = service.updateSingleLearner(Learner={**learner, field: value}, **ASKER)
        print(code)
        if code != STALE_VERSION:
            break
    return code


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
