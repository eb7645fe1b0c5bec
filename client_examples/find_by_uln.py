"""Find a learner by ULN with zeep.

    python find_by_uln.py ULN FAMILY_NAME GIVEN_NAME [ADDRESS]

ADDRESS is the service's, by default http://127.0.0.1:8080.
"""

import sys

import zeep
from zeep.exceptions import Fault


def main(uln: str, family_name: str, given_name: str, address: str = "http://127.0.0.1:8080") -> int:
    client = zeep.Client(f"{address}/LearnerService.svc?singleWsdl")
    try:
        answer = client.service.learnerByULN(
            FindType="FUL",
            UKPRN="TEST0001",
            OrgPassword="CompatSitePass01",
            UserName="example",
            ULN=uln,
            FamilyName=family_name,
            GivenName=given_name,
        )
    except Fault as fault:
        (exception,) = fault.detail
        print(f"{exception.findtext('{*}ErrorCode')}: {exception.findtext('{*}Description')}", file=sys.stderr)
        print(exception.findtext("{*}FurtherDetails"), file=sys.stderr)
        return 1
    print(answer.ResponseCode)
    for learner in answer.Learner:
        print(learner.ULN, learner.GivenName, learner.FamilyName, learner.DateOfBirth, learner.LastKnownPostCode)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
