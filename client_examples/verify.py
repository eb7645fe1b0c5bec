"""Verify that a ULN and a person's details belong together, with zeep.

    python verify.py ULN FAMILY_NAME GIVEN_NAME [DATE_OF_BIRTH [GENDER]]

The environment says which service to call and who calls it: see README.md. The program prints the answer, the record if
it matches, and each comparison that failed. The exit status is 0 if everything is equal or similar.
"""

import argparse

import lrs_client

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


def main() -> int:
    parser = argparse.ArgumentParser(description="Verify that a ULN and a person's details belong together.")
    for name in ("uln", "family_name", "given_name"):
        parser.add_argument(name)
    parser.add_argument("date_of_birth", nargs="?")
    parser.add_argument("gender", nargs="?")
    given = parser.parse_args()
    to_verify = {
        "ULN": given.uln,
        "FamilyName": given.family_name,
        "GivenName": given.given_name,
        "DateOfBirth": given.date_of_birth,
        "Gender": given.gender,
    }
    # zeep returns the answer's only field instead of the answer.
    verified = lrs_client.LrsClient().read("verifyLearner", LearnerToVerify=to_verify)
    print(f"{verified.ResponseCode}: {ANSWERS[verified.ResponseCode]}")
    if verified.ResponseCode in MATCHES:
        print(verified.ULN, verified.GivenName, verified.FamilyName, verified.DateOfBirth)
    for flag in verified.FailureFlag:
        print(f"{flag}: {FLAGS[flag]}")
    return 0 if verified.ResponseCode in MATCHES else 1


if __name__ == "__main__":
    lrs_client.run(main)
