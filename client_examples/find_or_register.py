"""Find a learner, or register a new one, with zeep. If the service finds possible matches, you choose.

    python find_or_register.py ADDRESS FAMILY_NAME GIVEN_NAME ULN
    python find_or_register.py ADDRESS FAMILY_NAME GIVEN_NAME DATE_OF_BIRTH GENDER POSTCODE

ADDRESS is the service's, such as http://127.0.0.1:8080. The program prints each response code, and the learner or the
new ULN. If it is interrupted, run it again: it finds a learner whom it has already registered.
"""

import sys
from typing import Any

import zeep
from zeep.exceptions import Fault

ASKER = {"UKPRN": "TEST0001", "OrgPassword": "CompatSitePass01", "UserName": "example"}

NO_MATCH, TOO_MANY_MATCHES, POSSIBLE_MATCHES, EXACT_MATCH = "WSRC0001", "WSRC0002", "WSRC0003", "WSRC0004"
REGISTERED, MASTER_SUBSTITUTED = "WSRC0005", "WSRC0022"
GENDERS = {"0": "not known", "1": "male", "2": "female", "9": "not specified"}


def find_by_uln(service: Any, family_name: str, given_name: str, uln: str) -> None:
    answer = service.learnerByULN(FindType="FUL", ULN=uln, FamilyName=family_name, GivenName=given_name, **ASKER)
    print(answer.ResponseCode)
    for learner in answer.Learner:
        show(learner)


def find_or_register(service: Any, *details: str) -> None:
    names = ("FamilyName", "GivenName", "DateOfBirth", "Gender", "LastKnownPostCode")
    person = dict(zip(names, details, strict=True))
    answer = service.learnerByDemographics(FindType="FUL", **person, **ASKER)
    print(answer.ResponseCode)
    if answer.ResponseCode == TOO_MANY_MATCHES:
        sys.exit("More than ten learners may be meant. Ask for the full names, date of birth, gender and postcode.")
    if answer.ResponseCode in (EXACT_MATCH, MASTER_SUBSTITUTED):
        show(answer.Learner[0])
    elif answer.ResponseCode == NO_MATCH or (chosen := choose(answer.Learner)) is None:
        register(service, person)
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


def register(service: Any, person: dict[str, str]) -> None:
    learner = {
        **person,
        "VerificationType": "1",  # the learner's relationship with the school
        "AbilityToShare": "1",  # the learner has seen the privacy notice
    }
    answer = service.registerSingleLearner(Learner=learner, **ASKER)
    print(answer.ResponseCode)
    if answer.ResponseCode == REGISTERED:
        print(answer.ULN)
        return
    # WSRC0021: someone else has registered the same learner since the find. Another find gives the ULN.
    answer = service.learnerByDemographics(FindType="FUL", **person, **ASKER)
    if answer.ResponseCode not in (EXACT_MATCH, MASTER_SUBSTITUTED):
        sys.exit("The service has not registered this learner. Try again in a while.")
    show(answer.Learner[0])


def show(learner: Any) -> None:
    print(learner.ULN, learner.GivenName, learner.FamilyName, learner.DateOfBirth, learner.LastKnownPostCode)
    if learner.MasterSubstituted == "Y":
        print("This is the master of the learner who was meant: use this ULN.")


def main(address: str, *details: str) -> None:
    service = zeep.Client(f"{address}/LearnerService.svc?singleWsdl").service
    ask = find_by_uln if len(details) == 3 else find_or_register
    try:
        ask(service, *details)
    except Fault as fault:
        (exception,) = fault.detail
        # Any namespace: the service sends the fields without one, which is not what its WSDL says.
        fields = (exception.findtext(f"{{*}}{name}") for name in ("ErrorCode", "Description", "FurtherDetails"))
        sys.exit(": ".join(field or "" for field in fields))


if __name__ == "__main__":
    main(*sys.argv[1:])
