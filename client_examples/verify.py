"""Verify that a ULN and a person's details belong together, with zeep.

    python verify.py ADDRESS ULN FAMILY_NAME GIVEN_NAME [DATE_OF_BIRTH [GENDER]]

ADDRESS is the service's, such as http://127.0.0.1:8080. The program prints the answer, the record if it matches, and
each comparison that failed. The exit status is 0 if everything is equal or similar.
"""

import sys

import zeep
from zeep.exceptions import Fault

ASKER = {"UKPRN": "TEST0001", "OrgPassword": "CompatSitePass01", "UserName": "example"}

ANSWERS = {
    "WSVRC001": "everything is equal",
    "WSVRC002": "everything is equal; the ULN is linked to a master, whose ULN is the one to use",
    "WSVRC003": "the names are similar, the rest is equal",
    "WSVRC004": "the names are similar, the rest is equal; the ULN is linked to a master, whose ULN is the one to use",
    "WSVRC005": "something is neither equal nor similar",
    "WSVRC006": "there is no such ULN",
}
MATCHES = ("WSVRC001", "WSVRC002", "WSVRC003", "WSVRC004")
FLAGS = {
    "VRF1": "the given name is not the learner's given name",
    "VRF2": "the given name is not the learner's family name",
    "VRF3": "the given name is not the learner's previous family name",
    "VRF4": "the family name is not the learner's given name",
    "VRF5": "the family name is not the learner's family name",
    "VRF6": "the family name is not the learner's previous family name",
    "VRF7": "the date of birth is different",
    "VRF8": "the gender is different",
}


def main(
    address: str,
    uln: str,
    family_name: str,
    given_name: str,
    date_of_birth: str | None = None,
    gender: str | None = None,
) -> int:
    service = zeep.Client(f"{address}/LearnerService.svc?singleWsdl").service
    to_verify = {
        "ULN": uln,
        "FamilyName": family_name,
        "GivenName": given_name,
        "DateOfBirth": date_of_birth,
        "Gender": gender,
    }
    try:
        # zeep returns the answer's only field instead of the answer.
        verified = service.verifyLearner(LearnerToVerify=to_verify, **ASKER)
    except Fault as fault:
        (exception,) = fault.detail
        # Any namespace: the service sends the fields without one, which is not what its WSDL says.
        fields = (exception.findtext(f"{{*}}{name}") for name in ("ErrorCode", "Description", "FurtherDetails"))
        sys.exit(": ".join(field or "" for field in fields))
    print(f"{verified.ResponseCode}: {ANSWERS[verified.ResponseCode]}")
    if verified.ResponseCode in MATCHES:
        print(verified.ULN, verified.GivenName, verified.FamilyName, verified.DateOfBirth)
    for flag in verified.FailureFlag:
        print(f"{flag}: {FLAGS[flag]}")
    return 0 if verified.ResponseCode in MATCHES else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
