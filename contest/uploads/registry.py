"""How a received file is told to the feature that asked for it, which this package does not know.

A purpose is `prefix:rest`. The feature registers once, at import, what is to be called for its prefix; the calls come
inside the transaction that makes the thing true, so that both are written or neither.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from contest.accounts.models import Person
from contest.uploads.models import Asset, Upload

OnReceived = Callable[[Upload, Asset], None]
OnChecked = Callable[[Asset], bool | None]
OnRendered = Callable[[Asset], None]
KeepUntil = Callable[[str], datetime | None]


@dataclass(frozen=True, kw_only=True)
class Account:
    """What the bytes of an upload are counted for, beside its person and unit: "edition:3". None: no limit."""

    name: str
    max_bytes: int | None


AccountOf = Callable[[str, bool], Account | None]


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a person may send a file to: what the page says of it, and the purpose as `sign_purpose` takes it."""

    title: str
    kind: str
    max_bytes: int
    ref: str


ListPlaces = Callable[[Person], Iterable[Place]]

_received: dict[str, OnReceived] = {}
_checked: dict[str, OnChecked] = {}
_rendered: dict[str, OnRendered] = {}
_kept_until: dict[str, KeepUntil] = {}
_accounts: dict[str, AccountOf] = {}
_places: list[ListPlaces] = []


def on_received(prefix: str, call: OnReceived) -> None:
    """The last byte is here. `call` may raise Refused, which leaves the upload unfinished and tells the person why."""
    _received[prefix] = call


def on_checked(prefix: str, call: OnChecked) -> None:
    """The check has ended: the asset is checked or unreadable. When `call` returns False no rendition is made yet."""
    _checked[prefix] = call


def on_rendered(prefix: str, call: OnRendered) -> None:
    """There is something to show."""
    _rendered[prefix] = call


def keep_until(prefix: str, call: KeepUntil) -> None:
    """`call` gets a purpose and says until when an unfinished upload for it is kept at least, however long ago its
    last byte came; None when there is no such moment."""
    _kept_until[prefix] = call


def kept_until(purpose: str) -> datetime | None:
    call = _kept_until.get(purpose.partition(":")[0])
    return call(purpose) if call else None


def counts_for(prefix: str, call: AccountOf) -> None:
    """`call` gets a purpose and says whose room its bytes take; told to hold, it keeps others from being promised the
    same room until the transaction ends."""
    _accounts[prefix] = call


def account_of(purpose: str, *, hold: bool = False) -> Account | None:
    call = _accounts.get(purpose.partition(":")[0])
    return call(purpose, hold) if call else None


def lists_places(call: ListPlaces) -> ListPlaces:
    """What is decorated tells scripts of a person where they may send files."""
    _places.append(call)
    return call


def places_of(person: Person) -> list[Place]:
    return [place for call in _places for place in call(person)]


def tell_received(upload: Upload, asset: Asset) -> None:
    if call := _received.get(prefix_of(upload)):
        call(upload, asset)


def tell_checked(asset: Asset) -> bool:
    """Whether a rendition is wanted."""
    call = _checked.get(prefix_of(asset.upload))
    return call is None or call(asset) is not False


def tell_rendered(asset: Asset) -> None:
    if call := _rendered.get(prefix_of(asset.upload)):
        call(asset)


def prefix_of(upload: Upload) -> str:
    return upload.purpose.partition(":")[0]
