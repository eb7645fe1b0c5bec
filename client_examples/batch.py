"""Register up to 200 learners in a batch with zeep: submit them, wait until they are done, and write down their ULNs.

    python batch.py ADDRESS [LEARNERS [ULNS]] [--check] [--wait SECONDS]
    python batch.py ADDRESS [LEARNERS [ULNS]] --job JOBID [--wait SECONDS]

ADDRESS is that of the service: http://127.0.0.1:8080. LEARNERS is a CSV in UTF-8 whose columns are the contract's, with
a MISIdentifier for each learner: learners.csv, which is beside this program, if left out. ULNS, or else ulns.csv, will
be the same with the columns ULN and ReturnCode, matched by MISIdentifier. With --check nobody is registered or updated.

The JobID is shown as soon as the service has it: a job that was submitted will be done, whatever becomes of this
program. If it is cut off, or gives up after the SECONDS that it may wait, --job goes on with the job. If it is cut off
before it has shown a JobID, run it again: whoever has been registered gets the same ULN.
"""

import argparse
import csv
import os
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import requests
import zeep
from zeep.exceptions import Fault

ASKER = {"UKPRN": "TEST0001", "OrgPassword": "CompatSitePass01", "UserName": "example"}

SUBMITTED, INCOMPLETE, SUCCESSFUL, FAILED = "WSRC0007", "WSRC0008", "WSRC0009", "WSRC0010"
COUNT_INCORRECT, UNKNOWN_JOB = "WSRC0017", "WSRC0018"
NO_SUCCESS = {
    FAILED: "the job has failed; some of its learners may be registered, so submit them again",
    COUNT_INCORRECT: "there are more or fewer learners than was said, and no job",
    UNKNOWN_JOB: "this organisation has no such job",
}
COUNTS = {
    "NewLearnersCount": "new",
    "ExistsUpdatedLearnersCount": "held already",
    "PossibleMatchLearnersCount": "possibly held",
    "LearnersNotFoundCount": "not found",
    "RejectedLearnersCount": "rejected",
}
# From RC006 on it is for a person to say what is to be done.
OUTCOMES = {
    "RC001": "newly registered",
    "RC002": "is held with exactly these details",
    "RC003": "the ULN is right, the learner has been updated",
    "RC004": "linked to a master, whose ULN is the one to use",
    "RC005": "the ULN is right, nothing is to be changed",
    "RC006": "new, and AbilityToShare or VerificationType is missing",
    "RC007": "may be one of those who are held",
    "RC008": "may be one of more than ten who are held",
    "RC009": "the ULN is nobody's or another learner's; or nobody is held whom --check could find",
    "RC010": "one of the names, the date of birth, gender or postcode is missing",
    "RC011": "a field is not as it has to be, or the age is below 13 or above 110",
    "RC012": "the UPN or UCI is not as it has to be",
    "RC013": "the age is below 13 or above 110",
}
MOST_LEARNERS = 200
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 60.0


def read(file: Path) -> list[dict[str, str]]:
    """The learners of a file. Ends the program where a batch cannot be made of them."""
    with file.open(encoding="utf-8-sig", newline="") as source:
        rows = csv.DictReader(source)
        learners = list(rows)
    if any(None in learner or None in learner.values() for learner in learners):
        sys.exit(f"{file}: not every row has {len(rows.fieldnames)} columns.")
    identifiers = {learner.get("MISIdentifier") for learner in learners}
    if not identifiers.isdisjoint({None, ""}) or len(identifiers) < len(learners):
        sys.exit(f"{file}: each learner needs a MISIdentifier of its own, to be found by in the answer.")
    if not 1 <= len(learners) <= MOST_LEARNERS:
        sys.exit(f"{file}: {len(learners)} learners, where a batch has 1 to {MOST_LEARNERS}.")
    return learners


def submit(service: Any, learners: list[dict[str, str]], job_type: str) -> int:
    """The JobID of a new job. Ends the program where there is none."""
    # A field that is empty has not been filled in.
    filled_in = [{name: value for name, value in learner.items() if value} for learner in learners]
    answer = service.submitBatchRegistration(
        JobType=job_type, LearnerRecordCount=len(filled_in), Learner=filled_in, **ASKER
    )
    if answer.ResponseCode != SUBMITTED:
        stop(answer)
    print(f"{SUBMITTED}: job {answer.JobID}", flush=True)
    return int(answer.JobID)


def wait_for(service: Any, job: int, seconds: float) -> Any:
    """The answer about a job that is done. Ends the program where it fails, or takes longer than these seconds."""
    deadline = time.monotonic() + seconds
    pause = FIRST_PAUSE
    while (answer := ask(service, job)) is None or answer.ResponseCode == INCOMPLETE:
        print("no connection" if answer is None else f"{INCOMPLETE}: {answer.JobStatus}", flush=True)
        left = deadline - time.monotonic()
        if left <= 0:
            sys.exit(f"Job {job} is not done yet. Go on later with --job {job}.")
        time.sleep(min(pause, left))
        pause = min(2 * pause, LONGEST_PAUSE)
    if answer.ResponseCode != SUCCESSFUL:
        stop(answer)
    return answer


def ask(service: Any, job: int) -> Any:
    """What the service says of a job; None where it cannot be reached, which is no reason to give up."""
    try:
        return service.getBatchRegistrationOutput(JobID=job, **ASKER)
    except requests.RequestException:
        return None


def show(answer: Any) -> None:
    """Print how many learners came out how."""
    print(f"{SUCCESSFUL}: " + ", ".join(f"{answer[name]} {words}" for name, words in COUNTS.items()))
    for code, number in sorted(Counter(learner.ReturnCode for learner in answer.Learner).items()):
        print(f"{number:>3} {code}: {OUTCOMES.get(code, 'not known to this program')}")


def write(file: Path, learners: list[dict[str, str]], answer: Any) -> None:
    """Write the learners with what has become of them; the file is never there in part."""
    done = {learner.MISIdentifier: learner for learner in answer.Learner}
    if done.keys() != {learner["MISIdentifier"] for learner in learners}:
        sys.exit("The job is not of these learners: it has other MISIdentifiers.")
    part = file.with_name(f"{file.name}.part")
    with part.open("w", encoding="utf-8", newline="") as target:
        writer = csv.DictWriter(target, dict.fromkeys([*learners[0], "ULN", "ReturnCode"]))
        writer.writeheader()
        for learner in learners:
            answered = done[learner["MISIdentifier"]]
            writer.writerow({**learner, "ULN": answered.ULN, "ReturnCode": answered.ReturnCode})
        target.flush()
        os.fsync(target.fileno())
    part.replace(file)


def stop(answer: Any) -> None:
    """End the program with what the service has answered."""
    sys.exit(f"{answer.ResponseCode}: {NO_SUCCESS.get(answer.ResponseCode, 'not known to this program')}.")


def register(
    address: str, learners_file: Path, ulns_file: Path, job: int | None, job_type: str, seconds: float
) -> None:
    learners = read(learners_file)
    client = zeep.Client(f"{address}/LearnerService.svc?singleWsdl")
    fields = {name for name, _ in client.get_type("{http://api.lrs.miap.gov.uk/learner}BatchLearner").elements}
    if unknown := set().union(*learners) - fields:
        sys.exit(f"{learners_file}: the contract's BatchLearner has no {', '.join(sorted(unknown))}.")
    try:
        if job is None:
            job = submit(client.service, learners, job_type)
        answer = wait_for(client.service, job, seconds)
    except Fault as fault:
        (exception,) = fault.detail
        # In whatever namespace: the service sends the fields in none, which is not what its WSDL says.
        texts = (exception.findtext(f"{{*}}{name}") for name in ("ErrorCode", "Description", "FurtherDetails"))
        sys.exit(": ".join(text or "" for text in texts))
    write(ulns_file, learners, answer)
    show(answer)


def main() -> None:
    parser = argparse.ArgumentParser(description="Register up to 200 learners in a batch.")
    parser.add_argument("address")
    parser.add_argument("learners", nargs="?", type=Path, default=Path(__file__).with_name("learners.csv"))
    parser.add_argument("ulns", nargs="?", type=Path, default=Path("ulns.csv"))
    parser.add_argument("--check", dest="job_type", action="store_const", const="CHK", default="FUL")
    parser.add_argument("--job", type=int)
    parser.add_argument("--wait", type=float, default=3600.0)
    given = parser.parse_args()
    register(given.address, given.learners, given.ulns, given.job, given.job_type, given.wait)


if __name__ == "__main__":
    main()
