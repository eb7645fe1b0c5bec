"""Find a learner by ULN or register a new one, with zeep.

    python find_or_register.py ADDRESS FAMILY_NAME GIVEN_NAME ULN
    python find_or_register.py ADDRESS FAMILY_NAME GIVEN_NAME DATE_OF_BIRTH GENDER POSTCODE

ADDRESS is that of the service: http://127.0.0.1:8080. Prints the response code and each learner found, or the new ULN.
"""

import sys
from typing import Any

import zeep
from zeep.exceptions import Fault

ASKER = {"UKPRN": "TEST0001", "OrgPassword": "CompatSitePass01", "UserName": "example"}


def find(service: Any, family_name: str, given_name: str, uln: str) -> None:
    answer = service.learnerByULN(FindType="FUL", ULN=uln, FamilyName=family_name, GivenName=given_name, **ASKER)
    print(answer.ResponseCode)
    for learner in answer.Learner:
        print(learner.ULN, learner.GivenName, learner.FamilyName, learner.DateOfBirth, learner.LastKnownPostCode)


def register(service: Any, family_name: str, given_name: str, date_of_birth: str, gender: str, postcode: str) -> None:
    learner = {
        "FamilyName": family_name,
        "GivenName": given_name,
        "DateOfBirth": date_of_birth,
        "Gender": gender,
        "LastKnownPostCode": postcode,
        "VerificationType": "1",  # the learner's relationship with the school
        "AbilityToShare": "1",  # the learner has seen the privacy notice
    }
    answer = service.registerSingleLearner(Learner=learner, **ASKER)
    print(answer.ResponseCode)
    if answer.ULN:
        print(answer.ULN)


def main(address: str, *learner: str) -> None:
    service = zeep.Client(f"{address}/LearnerService.svc?singleWsdl").service
    ask = find if len(learner) == 3 else register
    try:
        ask(service, *learner)
    except Fault as fault:
        (exception,) = fault.detail
        # In whatever namespace: the service sends the fields in none, which is not what its WSDL says.
        fields = (exception.findtext(f"{{*}}{name}") for name in ("ErrorCode", "Description", "FurtherDetails"))
        sys.exit(": ".join(field or "" for field in fields))


if __name__ == "__main__":
    main(*sys.argv[1:])
