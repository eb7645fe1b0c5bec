"""Find a learner, or register a new one, with zeep. If the service finds possible matches, you choose.

    python find_or_register.py FAMILY_NAME GIVEN_NAME ULN
    python find_or_register.py FAMILY_NAME GIVEN_NAME DATE_OF_BIRTH GENDER POSTCODE

The environment says which service to call and who calls it: see README.md. The program prints each response code, and
the learner or the new ULN. If it is interrupted, run it again: it finds a learner whom it has already registered.
"""

import argparse
import sys
from typing import Any

import lrs_client
from lrs_client import EXACT_MATCH, MASTER_SUBSTITUTED, REGISTERED, LrsClient

NO_MATCH, TOO_MANY_MATCHES, POSSIBLE_MATCHES = "WSRC0001", "WSRC0002", "WSRC0003"
GENDERS = {"0": "not known", "1": "male", "2": "female", "9": "not specified"}


def find_by_uln(client: LrsClient, family_name: str, given_name: str, uln: str) -> None:
    answer = client.read("learnerByULN", FindType="FUL", ULN=uln, FamilyName=family_name, GivenName=given_name)
    print(answer.ResponseCode)
    for learner in answer.Learner:
        show(learner)


def find_or_register(client: LrsClient, person: dict[str, str]) -> None:
    answer = lrs_client.find(client, person)
    print(answer.ResponseCode)
    if answer.ResponseCode == TOO_MANY_MATCHES:
        sys.exit("More than ten learners may be meant. Ask for the full names, date of birth, gender and postcode.")
    if answer.ResponseCode in (EXACT_MATCH, MASTER_SUBSTITUTED):
        show(answer.Learner[0])
    elif answer.ResponseCode == NO_MATCH or (chosen := choose(answer.Learner)) is None:
        register(client, person)
    else:
        show(chosen)


def choose(learners: list[Any]) -> Any:
    """The possible match that the user chooses; None for a new learner. Exits if the user quits."""
    choices = {str(number): learner for number, learner in enumerate(learners, 1)}
    for number, learner in choices.items():
        name = f"{learner.GivenName} {learner.FamilyName}, {learner.DateOfBirth}, {GENDERS[learner.Gender]}"
        print(f"{number:>2}  {name}, {learner.LastKnownPostCode}, ULN {learner.ULN}")
    while True:
        try:
            said = input(f"Who is it? 1 to {len(learners)}, n for somebody new, q to quit: ").strip().lower()
        except EOFError:
            said = "q"
        if said in choices:
            return choices[said]
        if said == "n":
            return None
        if said == "q":
            sys.exit("Nobody has been registered.")


def register(client: LrsClient, person: dict[str, str]) -> None:
    learner = {
        **person,
        "VerificationType": "1",  # the learner's relationship with the school
        "AbilityToShare": "1",  # the learner has seen the privacy notice
    }
    answer = lrs_client.register(client, learner)
    print(answer.ResponseCode)
    if answer.ResponseCode == REGISTERED:
        print(answer.ULN)
    elif answer.ResponseCode in (EXACT_MATCH, MASTER_SUBSTITUTED):
        show(answer.Learner[0])
    else:
        sys.exit("The service has not registered this learner. Try again in a while.")


def show(learner: Any) -> None:
    print(learner.ULN, learner.GivenName, learner.FamilyName, learner.DateOfBirth, learner.LastKnownPostCode)
    if learner.MasterSubstituted == "Y":
        print("This is the master of the learner who was meant: use this ULN.")


def main() -> None:
    parser = argparse.ArgumentParser(
        description="Find a learner, or register a new one.",
        usage="%(prog)s [-h] FAMILY_NAME GIVEN_NAME (ULN | DATE_OF_BIRTH GENDER POSTCODE)",
    )
    parser.add_argument("family_name")
    parser.add_argument("given_name")
    parser.add_argument("details", nargs="+")
    given = parser.parse_args()
    names = (given.family_name, given.given_name)
    if len(given.details) == 1:
        find_by_uln(LrsClient(), *names, *given.details)
    elif len(given.details) == 3:
        find_or_register(LrsClient(), dict(zip(lrs_client.MANDATORY_TO_FIND, (*names, *given.details), strict=True)))
    else:
        parser.error("give a ULN, or date of birth, gender and postcode")


if __name__ == "__main__":
    lrs_client.run(main)
