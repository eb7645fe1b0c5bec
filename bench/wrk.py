"""Run wrk, the HTTP load generator of Debian, and read what it measured."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.failure import BenchFailed
from bench.requests import NEW_NAME, TITLE, VERSION, new_name

_CONNECTIONS = 8
_UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0}


@dataclass(frozen=True, slots=True)
class Load:
    """What wrk measured: requests per second, latencies in milliseconds."""

    per_second: float
    p50: float
    p99: float


# Each request gets a new name: the load's own prefix, and a number written in letters.
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

# Each load sends a portion of its own, request by request; then the same portion again for the next version.
_IN_TURN = f"""
-- wrk asks for one request that it does not send.
local bodies, first, portion, number = {{}}, 0, 1, -1
wrong = 0
init = function(arguments)
  for body in io.lines(arguments[1]) do bodies[#bodies + 1] = body end
  first, portion, code = tonumber(arguments[2]), tonumber(arguments[3]), arguments[4]
end
request = function()
  local pass = math.floor(number / portion)
  local body = bodies[first + number % portion + 1]
  number = number + 1
  body = string.gsub(body, "{VERSION}", tostring(pass + 1))
  return wrk.format(nil, nil, nil, (string.gsub(body, "{TITLE}", "Title " .. pass)))
end
response = function(status, headers, body)
  if not string.find(body, code, 1, true) then wrong = wrong + 1 end
end
local threads = {{}}
setup = function(thread) threads[#threads + 1] = thread end
done = function()
  for _, thread in ipairs(threads) do print("Wrong answers: " .. thread:get("wrong")) end
end
"""


class Wrk:
    """Repeats one request over eight connections that stay open.

    Each `NEW_NAME` in the request is replaced by a new name each time.
    """

    def __init__(self, folder: Path, name: str, body: str, soap_action: str = "") -> None:
        """Write the script for wrk into `folder`, named after `name`. Raises BenchFailed if wrk is not installed."""
        found = shutil.which("wrk")
        if found is None:
            raise BenchFailed("wrk is not installed; on Debian and Ubuntu: apt install wrk")
        self.body = body
        self._wrk = found
        request = folder / f"{name}.xml"
        request.write_text(body, "utf-8")
        self._script = folder / f"{name}.lua"
        self._script.write_text(
            'wrk.method = "POST"\n'
            'wrk.headers["Content-Type"] = "text/xml; charset=utf-8"\n'
            f'wrk.headers["SOAPAction"] = "\\"{soap_action}\\""\n'
            f'wrk.body = io.open("{request}"):read("*a")\n' + self._how()
        )

    def load(self, url: str, seconds: int) -> Load:
        """Load `url` for this many seconds. Raises BenchFailed if any answer is not a success."""
        how = ["-t1", f"-c{_CONNECTIONS}", f"-d{seconds}s", "--latency", "-s", str(self._script)]
        done = subprocess.run([self._wrk, *how, url, "--", *self._arguments()], capture_output=True, text=True)
        if done.returncode or "Non-2xx" in done.stdout or "Socket errors" in done.stdout:
            raise BenchFailed(f"the load of {url} failed:\n{done.stdout}{done.stderr}")
        self._check(done.stdout)
        return Load(
            float(_figure(r"Requests/sec:\s+([0-9.]+)", done.stdout)[1]),
            _milliseconds(_figure(r"50%\s+([0-9.]+)(us|ms|s)", done.stdout)),
            _milliseconds(_figure(r"99%\s+([0-9.]+)(us|ms|s)", done.stdout)),
        )

    def _how(self) -> str:
        """What the script does beyond sending the request."""
        return _NEW_NAMES if NEW_NAME in self.body else ""

    def _arguments(self) -> list[str]:
        return [new_name()]

    def _check(self, output: str) -> None:
        """Raise BenchFailed if wrk's output reports wrong answers."""


class InTurn(Wrk):
    """Sends each of many requests once; a load that has sent its whole portion starts again with the next version.

    This is for updates: `VERSION` and `TITLE` in a request are replaced by the current version and a new title.
    """

    def __init__(self, folder: Path, name: str, bodies: Sequence[str], *, loads: int, code: str) -> None:
        """Divide `bodies` among `loads` loads; each answer must contain `code`."""
        super().__init__(folder, name, bodies[0])
        self._bodies = folder / f"{name}.txt"
        self._bodies.write_text("\n".join(bodies), "utf-8")
        self._portion = len(bodies) // loads
        self._code = code
        self._loads = 0

    def _how(self) -> str:
        return _IN_TURN

    def _arguments(self) -> list[str]:
        first = self._loads * self._portion
        self._loads += 1
        return [str(self._bodies), str(first), str(self._portion), self._code]

    def _check(self, output: str) -> None:
        wrong = int(_figure(r"Wrong answers: ([0-9]+)", output)[1])
        if wrong:
            raise BenchFailed(f"{wrong} answers were not {self._code}")


def _figure(pattern: str, text: str) -> re.Match[str]:
    found = re.search(pattern, text)
    if found is None:
        raise BenchFailed(f"wrk printed something unexpected:\n{text}")
    return found


def _milliseconds(found: re.Match[str]) -> float:
    return float(found[1]) * _UNITS[found[2]]
