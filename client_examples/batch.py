"""Register up to 200 learners in a batch with zeep: submit them, wait until they are done, and write down their ULNs.

    python batch.py [LEARNERS [ULNS]] [--check] [--wait SECONDS]
    python batch.py [LEARNERS [ULNS]] --job JOBID [--wait SECONDS]

The environment says which service to call and who calls it: see README.md. LEARNERS is a CSV file in UTF-8 with the
contract's columns and a MISIdentifier for each learner, by default learners.csv beside this program. The program writes
ULNS, by default ulns.csv: the same learners with the columns ULN and ReturnCode, matched by MISIdentifier. With --check
it registers and updates nobody.

The program shows the JobID as soon as there is one. The service finishes a submitted job even if the program stops. If
the program is interrupted, or has waited for SECONDS, continue with --job. If it is interrupted before it shows a
JobID, run it again: a learner who is already registered gets the same ULN.
"""

import argparse
import csv
import os
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import lrs_client
from lrs_client import Closed, LrsClient, NoAnswer

SUBMITTED, INCOMPLETE, SUCCESSFUL, FAILED = "WSRC0007", "WSRC0008", "WSRC0009", "WSRC0010"
COUNT_INCORRECT, UNKNOWN_JOB = "WSRC0017", "WSRC0018"
NO_SUCCESS = {
    FAILED: "the job has failed; some of its learners may be registered, so submit them again",
    COUNT_INCORRECT: "LearnerRecordCount is not the number of learners, so there is no job",
    UNKNOWN_JOB: "this organisation has no such job",
}
COUNTS = {
    "NewLearnersCount": "new",
    "ExistsUpdatedLearnersCount": "already registered",
    "PossibleMatchLearnersCount": "with possible matches",
    "LearnersNotFoundCount": "not found",
    "RejectedLearnersCount": "rejected",
}
# A person must decide about RC006 and the codes after it.
OUTCOMES = {
    "RC001": "newly registered",
    "RC002": "already registered with exactly these details",
    "RC003": "the ULN is right, and the learner is updated",
    "RC004": "linked to a master, whose ULN is the one to use",
    "RC005": "the ULN is right, and nothing changes",
    "RC006": "new, and AbilityToShare or VerificationType is missing",
    "RC007": "may be a learner who is already registered",
    "RC008": "may be one of more than ten registered learners",
    "RC009": "the ULN is unknown or another learner's; or --check found nobody",
    "RC010": "one of the names, the date of birth, gender or postcode is missing",
    "RC011": "a field is malformed, or the age is below 13 or above 110",
    "RC012": "the UPN or UCI is malformed",
    "RC013": "the age is below 13 or above 110",
}
MOST_LEARNERS = 200
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 60.0


def read(file: Path) -> list[dict[str, str]]:
    """The learners of a file. Exits if they cannot make a batch."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as source:
            rows = csv.DictReader(source)
            learners = list(rows)
    except OSError as error:
        sys.exit(f"{file}: {error.strerror}.")
    except (UnicodeDecodeError, csv.Error) as error:
        sys.exit(f"{file} is not CSV in UTF-8: {error}.")
    if any(None in learner or None in learner.values() for learner in learners):
        sys.exit(f"{file}: not every row has {len(rows.fieldnames)} columns.")
    identifiers = {learner.get("MISIdentifier") for learner in learners}
    if not identifiers.isdisjoint({None, ""}) or len(identifiers) < len(learners):
        sys.exit(f"{file}: each learner needs its own MISIdentifier, which finds its outcome.")
    if not 1 <= len(learners) <= MOST_LEARNERS:
        sys.exit(f"{file}: {len(learners)} learners, but a batch has 1 to {MOST_LEARNERS}.")
    return learners


def submit(client: LrsClient, learners: list[dict[str, str]], job_type: str) -> int:
    """The JobID of a new job. Exits if the service makes none."""
    # Leave out empty fields.
    filled_in = [{name: value for name, value in learner.items() if value} for learner in learners]
    try:
        answer = client.send_once(
            "submitBatchRegistration", JobType=job_type, LearnerRecordCount=len(filled_in), Learner=filled_in
        )
    except NoAnswer as lost:
        raise NoAnswer(
            f"{lost} The service may have the batch all the same. "
            "Run the program again: a learner who is registered by then gets the same ULN."
        ) from None
    if answer.ResponseCode != SUBMITTED:
        stop(answer)
    print(f"{SUBMITTED}: job {answer.JobID}", flush=True)
    return int(answer.JobID)


def wait_for(client: LrsClient, job: int, seconds: float) -> Any:
    """The output of a job, once it is done. Exits if it fails, or is not done after these seconds."""
    deadline = time.monotonic() + seconds
    pause = FIRST_PAUSE
    while (answer := ask(client, job)) is None or answer.ResponseCode == INCOMPLETE:
        if answer is not None:
            print(f"{INCOMPLETE}: {answer.JobStatus}", flush=True)
        left = deadline - time.monotonic()
        if left <= 0:
            sys.exit(f"Job {job} is not done yet. Go on later with --job {job}.")
        time.sleep(min(pause, left))
        pause = min(2 * pause, LONGEST_PAUSE)
    if answer.ResponseCode != SUCCESSFUL:
        stop(answer)
    return answer


def ask(client: LrsClient, job: int) -> Any:
    """The service's answer about a job; None if no answer comes, which is worth another try."""
    try:
        return client.send_once("getBatchRegistrationOutput", JobID=job)
    except NoAnswer as lost:
        print(lost, flush=True)
        return None
    except Closed as closed:
        raise Closed(f"{closed} Go on with --job {job}.") from None


def show(answer: Any) -> None:
    """Print how many learners have each outcome."""
    print(f"{SUCCESSFUL}: " + ", ".join(f"{answer[name]} {words}" for name, words in COUNTS.items()))
    for code, number in sorted(Counter(learner.ReturnCode for learner in answer.Learner).items()):
        print(f"{number:>3} {code}: {OUTCOMES.get(code, 'not known to this program')}")


def write(file: Path, learners: list[dict[str, str]], answer: Any) -> None:
    """Write the learners with their outcomes. The file appears only when it is complete."""
    done = {learner.MISIdentifier: learner for learner in answer.Learner}
    if done.keys() != {learner["MISIdentifier"] for learner in learners}:
        sys.exit("The job has other learners: its MISIdentifiers are different.")
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
    """Exit with the service's answer in words."""
    sys.exit(f"{answer.ResponseCode}: {NO_SUCCESS.get(answer.ResponseCode, 'not known to this program')}.")


def main() -> None:
    parser = argparse.ArgumentParser(description="Register up to 200 learners in a batch.")
    parser.add_argument("learners", nargs="?", type=Path, default=Path(__file__).with_name("learners.csv"))
    parser.add_argument("ulns", nargs="?", type=Path, default=Path("ulns.csv"))
    parser.add_argument("--check", dest="job_type", action="store_const", const="CHK", default="FUL")
    parser.add_argument("--job", type=int)
    parser.add_argument("--wait", type=float, default=3600.0)
    given = parser.parse_args()
    learners = read(given.learners)
    client = LrsClient()
    if unknown := set().union(*learners) - client.fields_of("{http://api.lrs.miap.gov.uk/learner}BatchLearner"):
        sys.exit(f"{given.learners}: the contract's BatchLearner has no {', '.join(sorted(unknown))}.")
    job = submit(client, learners, given.job_type) if given.job is None else given.job
    answer = wait_for(client, job, given.wait)
    write(given.ulns, learners, answer)
    show(answer)


if __name__ == "__main__":
    lrs_client.run(main)
