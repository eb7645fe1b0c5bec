"""Verify that a ULN and a person's details belong together, with zeep.

    python verify.py ADDRESS ULN FAMILY_NAME GIVEN_NAME [DATE_OF_BIRTH [GENDER]]

ADDRESS is that of the service: http://127.0.0.1:8080. Prints the answer, what the record has where it matches, and each
comparison that failed. The exit status is 0 where everything is equal or similar.
"""

import sys

import zeep
from zeep.exceptions import Fault

ASKER = {"UKPRN": "TEST0001", "OrgPassword": "CompatSitePass01", "UserName": "example"}

ANSWERS = {
    "WSVRC001": "everything is equal",
    "WSVRC002": "everything is equal; the ULN is linked to a master's, which is the one to use",
    "WSVRC003": "the names are similar, the rest is equal",
    "WSVRC004": "the names are similar, the rest is equal; the ULN is linked to a master's, which is the one to use",
    "WSVRC005": "something is neither equal nor similar",
    "WSVRC006": "there is no such ULN",
}
MATCHES = ("WSVRC001", "WSVRC002", "WSVRC003", "WSVRC004")
FLAGS = {
    "VRF1": "the given name is not the given name",
    "VRF2": "the given name is not the family name either",
    "VRF3": "the given name is not the previous family name either",
    "VRF4": "the family name is not the given name either",
    "VRF5": "the family name is not the family name",
    "VRF6": "the family name is not the previous family name either",
    "VRF7": "the date of birth is another",
    "VRF8": "the gender is another",
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
        # zeep returns the answer's only field itself.
        verified = service.verifyLearner(LearnerToVerify=to_verify, **ASKER)
    except Fault as fault:
        (exception,) = fault.detail
        # In whatever namespace: the service sends the fields in none, which is not what its WSDL says.
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
