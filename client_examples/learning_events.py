"""Read a learner's Personal Learning Record and print it as a table, with zeep.

    python learning_events.py ADDRESS ULN FAMILY_NAME GIVEN_NAME [--get-type FULL|BRIEF] [--user-type LNR|ORG|SER]
                              [--language ENG|CYM] [--wsdl WSDL]

ADDRESS is the service's, such as http://127.0.0.1:8080. WSDL is a file or an address, by default the service's own. The
program prints the answer in words, then a row for each learning event; columns that no event fills are left out. The
exit status is 0 if the service sent the record, even an empty one. The learner can see later who asked for it.
"""

import argparse
import base64
import sys
from typing import Any

import zeep
from zeep.exceptions import Fault

ASKER = {"Ukprn": "TEST0001", "Password": "CompatSitePass01", "Username": "example"}
VENDOR = 1  # the number of the software's vendor
BINDING = "{http://tempuri.org/}BasicHttpBinding_ILearnerServiceR9"

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


def words_of(fault: Fault) -> str:
    """The words of a fault: the service's own, or those of the SOAP library."""
    exception = None if fault.detail is None else fault.detail.find("{*}DomainFault")
    if exception is None:
        return f"{fault.code}: {fault.message}"
    detail = base64.b64decode(exception.findtext("{*}ErrorDetail"))
    return f"{exception.findtext('{*}ErrorCode')}: {detail.decode()}"


def main() -> int:
    parser = argparse.ArgumentParser()
    for name in ("address", "uln", "family_name", "given_name"):
        parser.add_argument(name)
    parser.add_argument("--get-type", default="FULL")
    parser.add_argument("--user-type", default="ORG")
    parser.add_argument("--language", default="ENG")
    parser.add_argument("--wsdl")
    given = parser.parse_args()

    address = f"{given.address}/LearnerServiceR9.svc"
    service = zeep.Client(given.wsdl or f"{address}?singleWsdl").create_service(BINDING, address)
    try:
        # zeep returns the answer's only field instead of the answer.
        answer = service.GetLearnerLearningEvents(
            invokingOrganisation=ASKER,
            userType=given.user_type,
            vendorID=VENDOR,
            language=given.language,
            uln=given.uln,
            givenName=given.given_name,
            familyName=given.family_name,
            getType=given.get_type,
        )
    except Fault as fault:
        sys.exit(words_of(fault))
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
    sys.exit(main())
