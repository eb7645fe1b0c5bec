"""Read a learner's Personal Learning Record and print it as a table, with zeep.

    python learning_events.py ULN FAMILY_NAME GIVEN_NAME [--get-type FULL|BRIEF] [--user-type LNR|ORG|SER]
                              [--language ENG|CYM] [--wsdl WSDL]

The environment says which service to call and who calls it: see README.md. WSDL is a file or an address, by default the
service's own. The program prints the answer in words, then a row for each learning event; columns that no event fills
are left out. The exit status is 0 if the service sent the record, even an empty one. The learner can see later who
asked for it.
"""

import argparse
from typing import Any

import lrs_client

ANSWERS = {
    "WSRC0004": "this is the learner's record",
    "WSRC0022": "the ULN is linked to a master, whose ULN is the one to use; this is the record of all its ULNs",
    "WSEC0136": "this is not a ULN: a ULN has ten digits, and the last one checks the others",
    "WSEC0206": "the learner has not opted to share the record, so only the learner may read it",
    "WSEC0208": "no learner has this ULN and exactly these names",
}
RECORDS = ("WSRC0004", "WSRC0022")
COLUMNS = {
    "AchievementAwardDate": "Awarded",
    "Source": "Source",
    "QualificationType": "Type",
    "Subject": "Subject",
    "SubjectCode": "Code",
    "Level": "Level",
    "Grade": "Grade",
    "Credits": "Credits",
    "AwardingOrganisationName": "Awarded by",
}
NO_GRADE = "9999999999"


def table(events: list[Any]) -> list[str]:
    """The lines of a table: a row for each event, without the columns that no event fills."""
    rows = [list(COLUMNS.values()), *([cell(event[field]) for field in COLUMNS] for event in events)]
    columns = [column for column in zip(*rows, strict=True) if any(column[1:])]
    padded = [[text.ljust(max(map(len, column))) for text in column] for column in columns]
    return ["  ".join(row).rstrip() for row in zip(*padded, strict=True)]


def cell(value: Any) -> str:
    return "" if value in (None, NO_GRADE) else str(value)


def main() -> int:
    parser = argparse.ArgumentParser(description="Read a learner's Personal Learning Record.")
    for name in ("uln", "family_name", "given_name"):
        parser.add_argument(name)
    parser.add_argument("--get-type", default="FULL")
    parser.add_argument("--user-type", default="ORG")
    parser.add_argument("--language", default="ENG")
    parser.add_argument("--wsdl")
    given = parser.parse_args()

    # zeep returns the answer's only field instead of the answer.
    answer = lrs_client.LrsClient(lrs_client.LEARNER_SERVICE_R9, wsdl=given.wsdl).read(
        "GetLearnerLearningEvents",
        userType=given.user_type,
        language=given.language,
        uln=given.uln,
        givenName=given.given_name,
        familyName=given.family_name,
        getType=given.get_type,
    )
    print(f"{answer.ResponseCode}: {ANSWERS[answer.ResponseCode]}")
    if answer.ResponseCode not in RECORDS:
        return 1
    # zeep turns an empty record into None.
    events = answer.LearnerRecord.LearningEvent if answer.LearnerRecord else []
    print(f"ULN {answer.FoundULN}, {len(events)} learning events")
    for line in table(events):
        print(line)
    return 0


if __name__ == "__main__":
    lrs_client.run(main)
