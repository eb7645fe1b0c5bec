"""Who has a job: told apart when they are gone, and not taken for gone when they are not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lrs_soap.batch import lease_owner

NAME_OF_ANOTHER = "from lrs_soap.batch import lease_owner; print(lease_owner.new_name(), flush=True); input()"

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").is_file(), reason="processes are looked up in /proc")


def test_whoever_lives_is_not_gone_and_each_has_a_name_of_its_own() -> None:
    first, second = lease_owner.new_name(), lease_owner.new_name()
    assert first != second
    assert not lease_owner.is_gone(first)


def test_a_process_that_has_ended_is_gone_whether_or_not_its_parent_has_noticed() -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", NAME_OF_ANOTHER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    owner = process.stdout.readline().strip()
    assert not lease_owner.is_gone(owner)
    process.kill()
    # It has ended then, and stays as a zombie.
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert lease_owner.is_gone(owner)
    process.wait()
    assert lease_owner.is_gone(owner)


def test_another_process_of_the_same_number_is_another() -> None:
    world, number, begun, token = lease_owner.new_name().split("/")
    assert lease_owner.is_gone("/".join((world, number, str(int(begun) - 1), token)))


def test_of_another_machine_nobody_can_tell() -> None:
    _, _, begun, token = lease_owner.new_name().split("/")
    for owner in (
        f"elsewhere/4000000/{begun}/{token}",
        "elsewhere",
        "",
        f"{lease_owner.new_name().split('/')[0]}/1//x",
    ):
        assert not lease_owner.is_gone(owner)
