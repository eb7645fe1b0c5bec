"""Runs wrk, Debian's HTTP load generator, and reads what it measured."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from bench.failure import BenchFailed
from bench.learners import NEW_NAME, new_name

_CONNECTIONS = 8
_UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0}


@dataclass(frozen=True, slots=True)
class Load:
    """What came of a load: requests a second, latencies in milliseconds."""

    per_second: float
    p50: float
    p99: float


# Each request with a new name in the body: what is this load's own, and a number with letters for digits.
_NEW_NAMES = """
local number = 0
local load
init = function(arguments) load = arguments[1] end
request = function()
  number = number + 1
  local name = load .. string.gsub(tostring(number), "%d", function(digit) return string.char(97 + digit) end)
  return wrk.format(nil, nil, nil, (string.gsub(wrk.body, "NEW_NAME", name)))
end
"""


class Wrk:
    """A load of one request, repeated over eight connections that are kept open.

    Where the request has `NEW_NAME` in it, there is another name in its place each time.
    """

    def __init__(self, folder: Path, name: str, body: str) -> None:
        """`folder` is for wrk's script, which is called by `name`. Raises BenchFailed where there is no wrk."""
        found = shutil.which("wrk")
        if found is None:
            raise BenchFailed("wrk is not installed; on Debian and Ubuntu: apt install wrk")
        self._wrk = found
        request = folder / f"{name}.xml"
        request.write_text(body, "utf-8")
        self._script = folder / f"{name}.lua"
        self._script.write_text(
            'wrk.method = "POST"\n'
            'wrk.headers["Content-Type"] = "text/xml; charset=utf-8"\n'
            'wrk.headers["SOAPAction"] = "\\"\\""\n'
            f'wrk.body = io.open("{request}"):read("*a")\n' + (_NEW_NAMES if NEW_NAME in body else "")
        )

    def load(self, url: str, seconds: int) -> Load:
        """Load `url` for so many seconds. Raises BenchFailed where an answer is not a success."""
        how = ["-t1", f"-c{_CONNECTIONS}", f"-d{seconds}s", "--latency", "-s", str(self._script)]
        done = subprocess.run(
            [self._wrk, *how, url, "--", new_name()],
            capture_output=True,
            text=True,
            check=True,
        )
        if "Non-2xx" in done.stdout or "Socket errors" in done.stdout:
            raise BenchFailed(f"the load of {url} failed:\n{done.stdout}")
        return Load(
            float(_figure(r"Requests/sec:\s+([0-9.]+)", done.stdout)[1]),
            _milliseconds(_figure(r"50%\s+([0-9.]+)(us|ms|s)", done.stdout)),
            _milliseconds(_figure(r"99%\s+([0-9.]+)(us|ms|s)", done.stdout)),
        )


def _figure(pattern: str, text: str) -> re.Match[str]:
    found = re.search(pattern, text)
    if found is None:
        raise BenchFailed(f"wrk said something else than expected:\n{text}")
    return found


def _milliseconds(found: re.Match[str]) -> float:
    return float(found[1]) * _UNITS[found[2]]
