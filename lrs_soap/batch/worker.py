"""The worker: takes batch jobs and processes their records until it is told to stop.

It works in portions: it decides some records, and writes what they come to in one transaction, which waits for the
disk. So all records of a job are on disk before anybody can read that it is done. Where writers take turns, nobody who
registers a learner waits longer than for that transaction.

Records that are suspected of something are done one by one: those that a worker has died on, those that could not be
written together, and those before them. Then each has a short transaction of its own.
"""

from __future__ import annotations

import select
import socket
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from itertools import islice
from typing import Any

from lrs_soap.batch import job_work, lease_owner
from lrs_soap.batch.job_work import Lease, LeaseLost
from lrs_soap.batch.portion import Overtaken, Portion
from lrs_soap.errors import StoreUnavailable
from lrs_soap.exchange.exchange import Decided, Exchange, Origin, Stage
from lrs_soap.exchange.log import times
from lrs_soap.rules.batches.job_records import JobRecord
from lrs_soap.rules.batches.jobs import Job, JobKind, JobState
from lrs_soap.rules.values.change import OPERATOR, Author
from lrs_soap.rules.values.decision import passed_over
from lrs_soap.world import World

# How many records are written together at most, in a few milliseconds, and how long they are decided at most, by the
# register as it was at the beginning.
_RECORDS_IN_A_PORTION = 50
_PORTION_SECONDS = 0.1
# How long records are done one by one at most, and how long the pause after that is where writers take turns. A server
# that waits to write looks every 2 ms.
_ONE_BY_ONE_SECONDS = 0.03
_PAUSE_SECONDS = 0.004
# A few hundred kilobytes.
_RECORDS_READ_AT_ONCE = 200
# After so many records of one job, other jobs have a turn.
_RECORDS_IN_A_TURN = 1000
# How long to wait before looking again: after finding nothing to do, and after a failure.
_LOOK_SECONDS = 0.1
_RETRY_SECONDS = 1.0

_SUBMITTED_BY = {JobKind.REGISTRATION: "submitBatchRegistration", JobKind.VERIFICATION: "submitVerifyBatch"}


class Worker:
    """Processes batch jobs in `run` until `stop` is called. Belongs to the process that made it, and to one thread."""

    def __init__(self, world: World, *, log: Any, is_there: Callable[[], bool] = lambda: True) -> None:
        """`log` is a structlog logger for ends of jobs and failures. The world's journal is told of each record.

        `is_there` says of a world that can be deleted whether it was not.
        """
        self._world = world
        self._log = log
        self._is_there = is_there
        self._owner = lease_owner.new_name()
        self._last_warning = ""
        self._is_stopping = False
        self._woken, self._wake = socket.socketpair()
        self._wake.setblocking(False)

    def run(self) -> None:
        """Process jobs until `stop` is called; then finish the current record and put its job back."""
        while not self._is_stopping:
            if not self.do_one_turn():
                self.wait(_LOOK_SECONDS)

    def do_one_turn(self) -> bool:
        """Take a job and process some of its records; whether there was one, or something is wrong with the store."""
        try:
            lease = self._take()
            if lease is None:
                return False
            self._do_turn(lease)
        except StoreUnavailable as error:
            with suppress(LeaseLost):
                self._wait_for_store(error)
        except LeaseLost as error:
            self._log.warning("job", **self._now(), lost=str(error))
        return True

    def close(self) -> None:
        """Close what `stop` needs."""
        self._woken.close()
        self._wake.close()

    def stop(self) -> None:
        """Make `run` end soon. Signal handlers and other threads may call this."""
        self._is_stopping = True
        # A full socket has been written to already.
        with suppress(BlockingIOError):
            self._wake.send(b"\0")

    def _take(self) -> Lease | None:
        with self._world.reading(OPERATOR) as work:
            if not job_work.is_anything_due(work, lease_owner.is_gone):
                return None
        with self._world.writing(OPERATOR) as work:
            return job_work.take(work, owner=self._owner, is_gone=lease_owner.is_gone)

    def _do_turn(self, lease: Lease) -> None:
        """Process records of a job until it ends. If other jobs have a turn or `stop` was called, put it back."""
        turn_ends = lease.job.position + _RECORDS_IN_A_TURN
        ahead: deque[JobRecord] = deque()
        while not (lease.is_over or self._is_stopping or lease.job.position >= turn_ends):
            lease = self._next_portion(lease, ahead)
        if lease.is_over:
            self._log_end(lease)
        else:
            with self._world.writing(OPERATOR) as work:
                job_work.put_back(work, lease)

    def _next_portion(self, lease: Lease, ahead: deque[JobRecord]) -> Lease:
        """The lease after one more portion. While the store is unavailable, wait.

        `ahead` has the next records that have been read so far.
        """
        try:
            return self._do_portion(lease, ahead)
        except StoreUnavailable as error:
            ahead.clear()
            self._wait_for_store(error)
        while not self._is_stopping:
            try:
                with self._world.reading(OPERATOR) as work:
                    return job_work.reload(work, lease)
            except StoreUnavailable as error:
                self._wait_for_store(error)
        return lease

    def _do_portion(self, lease: Lease, ahead: deque[JobRecord]) -> Lease:
        if not ahead:
            with self._world.reading(OPERATOR) as work:
                ahead.extend(job_work.next_records(work, lease, _RECORDS_READ_AT_ONCE))
        if lease.is_suspicious:
            return self._do_one_by_one(lease, ahead)
        try:
            return self._do_together(lease, ahead)
        except (StoreUnavailable, LeaseLost):
            raise
        except Overtaken:
            return self._do_one_by_one(lease, ahead)
        except Exception as error:  # whatever it is, it is told of the record that it comes from, if that fails alone
            self._log.warning("job", **self._now(), job=lease.job.id, not_written_together=type(error).__name__)
            return self._do_one_by_one(lease, ahead)

    def _do_together(self, lease: Lease, ahead: deque[JobRecord]) -> Lease:
        """Decide records one after the other, then write them together."""
        ends = time.monotonic() + _PORTION_SECONDS
        exchanges: list[Exchange] = []
        failed: Exchange | None = None
        with self._world.reading(OPERATOR) as work:
            portion = Portion(lease, work)
            for record in islice(ahead, _RECORDS_IN_A_PORTION):
                if len(portion) and (time.monotonic() >= ends or self._is_stopping):
                    break
                exchange = _exchange(self._world.name, lease.job, record)
                self._begin(lease, ahead=len(portion))
                try:
                    outcome = portion.decide(record)
                except (StoreUnavailable, LeaseLost):
                    raise
                except Exception as error:  # whatever it is, other jobs go on, and the journal has the traceback
                    exchange.error = error
                    failed = exchange
                    break
                if outcome is None:
                    break
                _decide(exchange, outcome)
                exchanges.append(exchange)
        if exchanges:
            with self._world.writing(OPERATOR) as work:
                lease = portion.write(work)
            self._last_warning = ""
        for exchange in exchanges:
            ahead.popleft()
            exchange.mark(Stage.DECIDED)
            self._world.journal.record(exchange)
        if failed is not None:
            self._world.journal.record(failed)
            return self._count_death(lease)
        return lease

    def _begin(self, lease: Lease, *, ahead: int = 0) -> None:
        with self._world.noting(OPERATOR) as work:
            job_work.begin_record(work, lease, ahead=ahead)

    def _do_one_by_one(self, lease: Lease, ahead: deque[JobRecord]) -> Lease:
        """Do records in a transaction each, of which only the last one waits for the disk."""
        self._begin(lease)
        ends = time.monotonic() + _ONE_BY_ONE_SECONDS
        goes_on = True
        while goes_on:
            goes_on = len(ahead) > 1 and time.monotonic() < ends and not self._is_stopping
            exchange = _exchange(self._world.name, lease.job, ahead[0])
            try:
                lease = self._do_record(lease, ahead[0], exchange, goes_on=goes_on)
            except (StoreUnavailable, LeaseLost):
                raise
            except Exception as error:  # whatever it is, other jobs go on, and the journal has the traceback
                exchange.error = error
                self._world.journal.record(exchange)
                return self._count_death(lease)
            ahead.popleft()
        if self._world.store.writers_take_turns:
            time.sleep(_PAUSE_SECONDS)
        return lease

    def _do_record(self, lease: Lease, record: JobRecord, exchange: Exchange, *, goes_on: bool) -> Lease:
        with self._world.writing(OPERATOR, durable=not goes_on) as work:
            done = job_work.do_record(work, lease, record, goes_on=goes_on)
        self._last_warning = ""
        exchange.mark(Stage.DECIDED)
        _decide(exchange, done)
        self._world.journal.record(exchange)
        return done.lease

    def _count_death(self, lease: Lease) -> Lease:
        with self._world.writing(OPERATOR) as work:
            lease = job_work.count_death(work, lease)
        self.wait(_RETRY_SECONDS)
        return lease

    def _wait_for_store(self, error: StoreUnavailable) -> None:
        """Log what is wrong with the store, unless it was the last thing logged, and wait.

        Raises LeaseLost where there is no such store any more.
        """
        if not self._is_there():
            raise LeaseLost(f"The world {self._world.name} has been deleted.") from error
        if str(error) != self._last_warning:
            self._last_warning = str(error)
            self._log.warning("job", **self._now(), waiting=self._last_warning)
        self.wait(_RETRY_SECONDS)

    def _log_end(self, lease: Lease) -> None:
        job = lease.job
        facts = {**self._now(), "job": job.id, "organisation": job.organisation, "state": job.state.shown}
        if job.state is JobState.FAILED:
            self._log.error("job", **facts, record=job.position, deaths=lease.deaths)
        else:
            self._log.info("job", **facts, records=job.record_count)

    def _now(self) -> dict[str, str]:
        return times(self._world.clock)

    def wait(self, seconds: float) -> None:
        """Wait for so many seconds, or until `stop` is called."""
        if not self._is_stopping:
            select.select([self._woken], [], [], seconds)


def _decide(exchange: Exchange, decided: Decided) -> None:
    exchange.decide(decided)
    exchange.findings += passed_over(decided.reasons)


def _exchange(world: str, job: Job, record: JobRecord) -> Exchange:
    return Exchange(
        Origin.BATCH_RECORD,
        world=world,
        operation=_SUBMITTED_BY[job.kind],
        job=job.id,
        record=record.position,
        author=Author(job.organisation, job.user),
    )
