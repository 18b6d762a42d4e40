"""Load: wrk, which takes so little of its core that the server is what is measured."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_SCRIPT = """\
wrk.method = "POST"
wrk.body = [==[{body}]==]
{headers}
if wrk.body:find("{distinct}") then
  local count = math.floor({seed} * 1e9)
  request = function()
    count = count + 1
    return wrk.format(nil, nil, nil, (wrk.body:gsub("{distinct}", string.format("%d", count))))
  end
end
done = function(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format('\\n{{"requests":%d,"microseconds":%d,"failed":%d,"p50":%d,"p99":%d}}\\n',
    summary.requests, summary.duration,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout,
    latency:percentile(50), latency:percentile(99)))
end
"""


DISTINCT = "DISTINCT"
"""In a body: a number that is another one in each request."""


class NoLoad(Exception):
    """There is nothing to make load with; the message says what to install."""


class Failing(Exception):
    """Requests of a round failed, so that it shows nothing."""


@dataclass(frozen=True)
class Load:
    """What a round brought: requests, and percentiles of latency in milliseconds."""

    requests: int
    seconds: float
    p50: float
    p99: float

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.requests / self.seconds


def program() -> str:
    """Where wrk is."""
    found = shutil.which("wrk")
    if found is None:
        raise NoLoad("wrk is missing (Debian: apt-get install wrk).")
    return found


def load(
    url: str,
    body: Mapping[str, Any],
    headers: Mapping[str, str],
    *,
    clients: int,
    seconds: float,
    script: Path,
) -> Load:
    """The same request over and over, by so many clients at once, for whole seconds."""
    named = {"Content-Type": "application/json", **headers}
    lines = "\n".join(f"wrk.headers[{json.dumps(k)}] = {json.dumps(v)}" for k, v in named.items())
    script.write_text(
        _SCRIPT.format(
            body=json.dumps(body), headers=lines, distinct=DISTINCT, seed=time.time_ns() % 1_000_000
        )
    )
    done = subprocess.run(
        [
            *(program(), "--threads", "1", "--connections", str(clients)),
            *("--duration", f"{max(1, round(seconds))}s", "--timeout", "20s"),
            *("--script", str(script), url),
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    told = json.loads(done.stdout.strip().splitlines()[-1])
    if told["failed"] or not told["requests"]:
        raise Failing(f"{told['failed']} requests failed, {told['requests']} did not")
    return Load(
        told["requests"], told["microseconds"] / 1e6, told["p50"] / 1000, told["p99"] / 1000
    )
