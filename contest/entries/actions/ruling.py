"""What a category asks of files is changed as a whole, and the change written down."""

from datetime import datetime

from contest.accounts.models import Person
from contest.audit.actions import record
from contest.editions.models import Category
from contest.entries.rules.limits import IN_COLUMNS, Rules, rules_of


def set_rules(category: Category, rules: Rules, *, by: Person, at: datetime) -> bool:
    """Other rules for files checked from now on; whether anything changed. Reports already given stay as they are."""
    before, after = rules_of(category).to_json(), rules.to_json()
    changed = [name for name in after if before[name] != after[name]]
    if not changed:
        return False
    for name in IN_COLUMNS:
        setattr(category, name, after[name])
    standard = Rules(kind=category.kind).to_json()
    category.further_limits = {
        name: value for name, value in after.items() if name not in (*IN_COLUMNS, "kind") and value != standard[name]
    }
    record(
        "category.changed",
        by=by,
        on=category,
        at=at,
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
    )
    return True
