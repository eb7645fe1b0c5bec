"""Update a field of a learner with zeep, even when someone else changes the learner at the same time.

    python update.py ULN FAMILY_NAME GIVEN_NAME FIELD VALUE

The environment says which service to call and who calls it: see README.md. FIELD is one of the contract's, such as
Title or EmailAddress; an empty VALUE clears it. The program prints the response code of each attempt, and what someone
else changed before the next one. If someone else changed the same field, it stops, so that you see the other value
first. If an answer is lost, it finds the learner again to see whether the update was made.
"""

import argparse
import sys
from typing import Any

import lrs_client
from lrs_client import EXACT_MATCH, LrsClient, NoAnswer

# Every update must repeat these fields. Any other field that is left out stays as it is.
REPEATED = (
    "GivenName",
    "FamilyName",
    "LastKnownPostCode",
    "DateOfBirth",
    "Gender",
    "VerificationType",
    "OtherVerificationDescription",  # mandatory with VerificationType 999
    "AbilityToShare",
    "ULN",
    "VersionNumber",
)
UPDATED, STALE_VERSION = "WSRC0006", "WSRC0013"
ATTEMPTS = 3


def find(client: LrsClient, uln: str, family_name: str, given_name: str) -> Any:
    """The learner as the register has it now; None if no learner has this ULN and these names."""
    answer = client.read("learnerByULN", FindType="FUL", ULN=uln, FamilyName=family_name, GivenName=given_name)
    return answer.Learner[0] if answer.ResponseCode == EXACT_MATCH else None


def update(client: LrsClient, uln: str, family_name: str, given_name: str, field: str, value: str) -> str:
    """The response code of the last attempt, or the reason why there was no other."""
    current = find(client, uln, family_name, given_name)
    for _ in range(ATTEMPTS):
        if current is None:
            return "no learner has this ULN and these names"
        learner = {name: current[name] for name in REPEATED}
        try:
            # zeep returns the answer's only field instead of the answer.
            code = client.send_once("updateSingleLearner", Learner={**learner, field: value})
            print(code)
        except NoAnswer as lost:
            print(lost)
            code = STALE_VERSION
        if code != STALE_VERSION:
            return code
        # Read the learner again: an update names the version that it changes, and there is a newer one.
        seen, current = current, find(client, uln, family_name, given_name)
        if current is not None and field in show_changes(seen, current):
            return UPDATED if (current[field] or "") == value else f"someone else has changed {field}"
    return code


def show_changes(before: Any, now: Any) -> list[str]:
    """Print what differs between two states of a learner, and return the names of those fields."""
    changed = [name for name in before if before[name] != now[name]]
    for name in changed:
        print(f"{name}: {before[name]} -> {now[name]}")
    return changed


def main() -> None:
    parser = argparse.ArgumentParser(description="Update a field of a learner.")
    for name in ("uln", "family_name", "given_name", "field", "value"):
        parser.add_argument(name)
    given = parser.parse_args()
    client = LrsClient()
    if given.field not in client.fields_of("{http://api.lrs.miap.gov.uk/learner}LearnerToUpdate"):
        sys.exit(f"The contract's LearnerToUpdate has no field {given.field}.")
    code = update(client, given.uln, given.family_name, given.given_name, given.field, given.value)
    if code != UPDATED:
        sys.exit(f"The learner has not been updated: {code}.")


if __name__ == "__main__":
    lrs_client.run(main)
