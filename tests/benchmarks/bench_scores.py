"""Marks saved a second on SQLite: sixteen judges, each on a ballot of their own, through the real service."""

import http.client
import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import urlsplit

from tests.benchmarks.load import table
from tests.benchmarks.world import cookie_of, instance
from tests.judging.factories import a_round, assignments_of, judges_of

JUDGES = 16
SECONDS = 10.0


@dataclass
class Judge:
    """A browser that saves as fast as it is answered."""

    address: str
    cookie: str
    assignment_id: int
    criteria: list[int]

    def work(self) -> list[float]:
        """The seconds that each save took; RuntimeError for any answer but 200."""
        parts = urlsplit(self.address)
        line = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
        token_answer = self._ask(line, "GET", "/form-token")
        headers = {"X-CSRFToken": token_answer["token"], "Content-Type": "application/json"}
        took, revision, end = [], 0, time.monotonic() + SECONDS
        while time.monotonic() < end:
            marks = {str(one): str((revision + one) % 20) for one in self.criteria}
            sent = {"request": len(took), "revision": revision, "marks": marks, "comment": ""}
            began = time.monotonic()
            said = self._ask(line, "PUT", f"/judging/assignments/{self.assignment_id}/ballot", sent, headers)
            took.append(time.monotonic() - began)
            revision = said["revision"]
        return took

    def _ask(
        self,
        line: http.client.HTTPConnection,
        method: str,
        path: str,
        body: object = None,
        headers: dict[str, str] | None = None,
    ) -> dict:  # type: ignore[type-arg]
        line.request(method, path, json.dumps(body) if body else None, {"Cookie": self.cookie, **(headers or {})})
        answer = line.getresponse()
        said = answer.read()
        if new := answer.getheader("Set-Cookie"):
            self.cookie = new.partition(";")[0]
        if answer.status != 200:
            raise RuntimeError(f"{path} answered {answer.status}: {said[:200]!r}")
        told: dict = json.loads(said)  # type: ignore[type-arg]
        return told


def main() -> None:
    sys.setswitchinterval(0.001)
    with instance() as (made, app):
        round_ = a_round(judges=JUDGES, works=2)
        criteria = [criterion.id for criterion in round_.criteria]
        crew = [
            Judge(made.url, cookie_of(app, judge), assignments_of(round_, judge)[0].id, criteria)
            for judge in judges_of(round_)
        ]
        made.start()
        with ThreadPoolExecutor(JUDGES) as pool:
            took = sorted(second for seconds in pool.map(Judge.work, crew) for second in seconds)
        made.stop()
    rows = [
        ["saves a second, 16 judges", f"{len(took) / SECONDS:.0f}", "100"],
        ["median", f"{took[len(took) // 2] * 1000:.0f} ms", ""],
        ["95 of 100 within", f"{took[len(took) * 95 // 100] * 1000:.0f} ms", ""],
        ["errors", "0", "0"],
    ]
    table("Marks on SQLite, every save on the disk", ["what", "measured", "goal"], rows)


if __name__ == "__main__":
    main()
