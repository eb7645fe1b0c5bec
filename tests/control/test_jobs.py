"""Batch jobs by the control interface: listed, begun at once, and failed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.kit.batch_requests import get_output, new_learner, output_when_done, submitted
from tests.kit.control_client import control
from tests.kit.databases import new_database
from tests.kit.running_server import RunningServer
from tests.kit.soap_messages import post
from tests.kit.waiting import until


@pytest.fixture(scope="module")
def delayed(database_kind: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server whose jobs begin after a day, unless somebody lets them begin."""
    folder = tmp_path_factory.mktemp("jobs")
    with (
        new_database(database_kind, folder) as database,
        RunningServer(folder, "--batch-delay", "86400", database_url=database) as server,
    ):
        yield server.url


def shown(url: str, job_id: int) -> dict[str, Any]:
    answer = control(url, "GET", f"/jobs/{job_id}")
    assert answer.status == 200
    return dict(answer.value)


def test_a_job_begins_at_once_whatever_its_delay(delayed: str) -> None:
    job_id = submitted(delayed, [new_learner(9001), new_learner(9002)])
    waiting = shown(delayed, job_id)
    begun = control(delayed, "POST", f"/jobs/{job_id}/run")

    assert begun.status == 200
    output_when_done(delayed, job_id)
    done = shown(delayed, job_id)
    assert (waiting["status"], waiting["records"], waiting["done"]) == ("Waiting", 2, 0)
    assert (done["status"], done["records"], done["done"]) == ("Successful", 2, 2)
    assert done["counts"] == {**dict.fromkeys(waiting["counts"], 0), "NewLearnersCount": 2}
    assert set(done) == {"job_id", "kind", "status", "records", "done", "counts", "submitted"}
    assert control(delayed, "POST", f"/jobs/{job_id}/run").status == 409


def test_a_job_fails_and_stays_failed(delayed: str) -> None:
    job_id = submitted(delayed, [new_learner(9003)])
    failed = control(delayed, "POST", f"/jobs/{job_id}/fail", {})

    assert (failed.status, failed.value["status"]) == (200, "Failed")
    assert post(delayed, get_output(job_id)).text("JobStatus") == "Failed"
    assert control(delayed, "POST", f"/jobs/{job_id}/fail").status == 409
    assert control(delayed, "POST", f"/jobs/{job_id}/run").status == 409


def test_a_job_at_work_fails_too_and_its_worker_goes_on_with_others(delayed: str) -> None:
    job_id = submitted(delayed, [new_learner(9100 + number) for number in range(150)])
    control(delayed, "POST", f"/jobs/{job_id}/run")
    until(lambda: shown(delayed, job_id)["status"] != "Waiting")
    failed = control(delayed, "POST", f"/jobs/{job_id}/fail")

    # On a quick machine the job may be over before.
    assert failed.status == 409 or shown(delayed, job_id)["status"] == "Failed"
    another = submitted(delayed, [new_learner(9400)])
    control(delayed, "POST", f"/jobs/{another}/run")
    output_when_done(delayed, another)


def test_jobs_are_listed_the_last_first(delayed: str) -> None:
    first = submitted(delayed, [new_learner(9500)])
    second = submitted(delayed, [new_learner(9501)])
    listed = control(delayed, "GET", "/jobs?limit=2")

    assert listed.status == 200
    assert [each["job_id"] for each in listed.value] == [second, first]
    assert listed.value[1] == shown(delayed, first)
    assert control(delayed, "GET", "/jobs").value[:2] == listed.value
