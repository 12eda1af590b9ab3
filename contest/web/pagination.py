"""Long lists in pages: `paginate(select)` gives the rows of one page and the links to the others."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
from flask import request, url_for

from contest.db import db

RowT = TypeVar("RowT")
AROUND = 2  # numbers shown on either side of the current page


@dataclass(frozen=True, kw_only=True)
class Page(Generic[RowT]):
    """One page of a list. Never empty of pages: an empty list has one page with no rows."""

    rows: Sequence[RowT]
    number: int
    per_page: int
    total: int

    def __iter__(self) -> Iterator[RowT]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.per_page))

    @property
    def has_previous(self) -> bool:
        return self.number > 1

    @property
    def has_next(self) -> bool:
        return self.number < self.pages

    @property
    def first(self) -> int:
        """The place in the whole list of the first row here, from 1; 0 when there is none."""
        return (self.number - 1) * self.per_page + 1 if self.rows else 0

    @property
    def last(self) -> int:
        return (self.number - 1) * self.per_page + len(self.rows)

    def numbers(self) -> list[int | None]:
        """The page numbers to show; None stands for the ones left out."""
        near = range(self.number - AROUND, self.number + AROUND + 1)
        shown = sorted({1, self.pages, *(n for n in near if 1 <= n <= self.pages)})
        numbers: list[int | None] = []
        for before, number in zip([0, *shown], shown, strict=False):
            if number - before == 2:
                numbers.append(number - 1)
            elif number - before > 2:
                numbers.append(None)
            numbers.append(number)
        return numbers

    def url(self, number: int) -> str:
        """This page's address, filters and all, at another page number."""
        arguments: dict[str, Any] = request.args.to_dict(flat=False) | {"page": [str(number)]}
        return url_for(request.endpoint or "static", **(request.view_args or {}), **arguments)


def asked_page() -> int:
    """The page number in the address; 1 when it is missing or no number."""
    number = request.args.get("page", type=int) or 1
    return max(1, number)


def paginate(select: sa.Select[Any], *, page: int | None = None, per_page: int = 20) -> Page[Any]:
    """One page of what `select` finds; a number past the end gives the last page.

    A select of one thing gives those things, a select of several gives rows.
    """
    total = db.session.scalar(sa.select(sa.func.count()).select_from(select.order_by(None).subquery())) or 0
    last = max(1, -(-total // per_page))
    number = min(page if page is not None else asked_page(), last)
    result = db.session.execute(select.limit(per_page).offset((number - 1) * per_page))
    single = len(select.column_descriptions) == 1
    rows = result.scalars().unique().all() if single else result.unique().all()
    return Page(rows=rows, number=number, per_page=per_page, total=total)
