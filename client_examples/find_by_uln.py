"""Find a learner by ULN with zeep.

    python find_by_uln.py ULN FAMILY_NAME GIVEN_NAME

The environment says which service to call and who calls it: see README.md.
"""

import argparse

import lrs_client


def main() -> None:
    parser = argparse.ArgumentParser(description="Find a learner by ULN.")
    for name in ("uln", "family_name", "given_name"):
        parser.add_argument(name)
    given = parser.parse_args()
    answer = lrs_client.LrsClient().read(
        "learnerByULN", FindType="FUL", ULN=given.uln, FamilyName=given.family_name, GivenName=given.given_name
    )
    print(answer.ResponseCode)
    for learner in answer.Learner:
        print(learner.ULN, learner.GivenName, learner.FamilyName, learner.DateOfBirth, learner.LastKnownPostCode)


if __name__ == "__main__":
    lrs_client.run(main)
