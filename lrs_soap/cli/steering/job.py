"""`lrs-soap job`: batch jobs of a world of a running server."""

from __future__ import annotations

from typing import Annotated

import typer

from lrs_soap.cli.commands import example, group
from lrs_soap.cli.steering.server import of_world
from lrs_soap.cli.tables import print_fields, print_json, print_table
from lrs_soap.control.client import Object, WorldClient

app = group(
    "job",
    text="List, begin and fail batch jobs of a running world.",
    epilog=example("lrs-soap job list", "lrs-soap job run 12"),
)

_JobId = Annotated[int, typer.Argument(metavar="JOB", show_default=False, help="The JobID.", min=0)]
_FIELDS = {
    "JobID": "job_id",
    "Kind": "kind",
    "Status": "status",
    "Records": "records",
    "Done": "done",
    "Submitted": "submitted",
}


@app.command("list", epilog=example("lrs-soap job list --limit 10"))
@of_world
def list_all(
    world: WorldClient,
    as_json: bool,
    limit: Annotated[
        int | None, typer.Option(metavar="NUMBER", show_default=False, help="How many at most.  [default: 100]")
    ] = None,
) -> None:
    """List the batch jobs of all organisations, the last that was submitted first."""
    jobs = world.jobs(limit=limit)
    if as_json:
        print_json(jobs)
    else:
        rows = ([str(job[name]) for name in _FIELDS.values()] for job in jobs)
        print_table(tuple(_FIELDS), rows, numbers=("JobID", "Records", "Done"))


@app.command(epilog=example("lrs-soap job show 12"))
@of_world
def show(world: WorldClient, job: _JobId, as_json: bool) -> None:
    """Show a job and how many of its records came to what."""
    _print(world.job(job), as_json)


@app.command(epilog=example("lrs-soap job run 12"))
@of_world
def run(world: WorldClient, job: _JobId, as_json: bool) -> None:
    """Let a worker take a job at once, whatever its delay. `lrs-soap job show` tells when it is done."""
    _print(world.run_job(job), as_json)


@app.command(epilog=example("lrs-soap job fail 12"))
@of_world
def fail(world: WorldClient, job: _JobId, as_json: bool) -> None:
    """Let a job fail. Its records that are done stay done."""
    _print(world.fail_job(job), as_json)


def _print(job: Object, as_json: bool) -> None:
    if as_json:
        print_json(job)
        return
    counts = job["counts"] or {}
    fields = {heading: job[name] for heading, name in _FIELDS.items()} | counts
    print_fields((heading, str(value)) for heading, value in fields.items())
