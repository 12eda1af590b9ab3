"""People who send files piece by piece to a service that may vanish at any moment, and go on when it is back."""

import hashlib
import http.client
import queue
import random
import threading
import time
from dataclasses import dataclass
from typing import NamedTuple

from contest.uploads.rules import sign_purpose
from tests.uploads.factories import MIB, encoded
from tests.uploads.live import Sender

PIECE = 128 * 1024
WAY_S = 0.03  # of a quarter of a piece


class Answer(NamedTuple):
    status: int
    location: str
    offset: int


@dataclass
class Parcel:
    """A file on its way from somebody to the place where it belongs."""

    sender: Sender
    purpose: str
    body: bytes
    upload_id: str = ""  # once the sender knows it
    trouble: str = ""

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.body).hexdigest()


def a_parcel(sender: Sender, *, kind: str, ref: str, body: bytes) -> Parcel:
    return Parcel(sender, sign_purpose(kind=kind, max_bytes=100 * MIB, ref=ref), body)


class Post:
    """Carries parcels, each as often as it must."""

    def __init__(self, *, carriers: int = 2) -> None:
        self.taken: list[Parcel] = []
        self.asked_again = 0
        self._waiting: queue.Queue[Parcel | None] = queue.Queue()
        self._closed = threading.Event()
        self._carriers = [threading.Thread(target=self._carry, daemon=True) for _ in range(carriers)]
        for carrier in self._carriers:
            carrier.start()

    def take(self, parcel: Parcel) -> None:
        self.taken.append(parcel)
        self._waiting.put(parcel)

    @property
    def on_their_way(self) -> int:
        return sum(not parcel.trouble and parcel.upload_id == "" for parcel in self.taken)

    def close(self) -> None:
        """Take nothing more, and give up what has not arrived."""
        self._closed.set()
        for _ in self._carriers:
            self._waiting.put(None)
        for carrier in self._carriers:
            carrier.join(10)

    def _carry(self) -> None:
        while (parcel := self._waiting.get()) is not None:
            try:
                self._deliver(parcel)
            except Exception as error:  # told by the test, which looks at it
                parcel.trouble = repr(error)

    def _deliver(self, parcel: Parcel) -> None:
        said = f"filename {encoded('file')},purpose {encoded(parcel.purpose)}"
        path = self._ask(parcel, "POST", "/uploads", Upload_Length=str(len(parcel.body)), Upload_Metadata=said).location
        while (at := self._ask(parcel, "HEAD", path).offset) < len(parcel.body):
            self._send(parcel, path, at)
        parcel.upload_id = path.rpartition("/")[2]

    def _ask(self, parcel: Parcel, method: str, path: str, **headers: str) -> Answer:
        """What the service says once it is there to say something."""
        while not self._closed.is_set():
            try:
                answer = parcel.sender.ask(method, path, b"", **headers)
            except (OSError, http.client.HTTPException):
                self.asked_again += 1
                time.sleep(0.2)
                continue
            if answer.status < 500:
                assert answer.status in (200, 201), (method, path, answer.status)
                told = answer.headers
                return Answer(answer.status, told.get("Location", ""), int(told.get("Upload-Offset", 0)))
            time.sleep(0.2)
        raise TimeoutError(path)

    def _send(self, parcel: Parcel, path: str, at: int) -> None:
        """A piece, over a slow line that may break; how much of it arrived the service is asked afterwards."""
        piece = parcel.body[at : at + random.randint(1, PIECE)]
        step = len(piece) // 4 + 1
        try:
            with parcel.sender.begin_patch(path, at, len(piece)) as line:
                for begin in range(0, len(piece), step):
                    line.sendall(piece[begin : begin + step])
                    time.sleep(WAY_S)
                line.recv(4096)
        except OSError:
            time.sleep(0.2)
