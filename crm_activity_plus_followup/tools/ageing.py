# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""By how many days open items are overdue: the columns of the ageing. No ORM."""

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Bucket:
    """One column: items that are overdue by so many days."""

    #: the field of it
    name: str
    #: the least and the most days; None where there is no end
    least: int | None
    most: int | None

    def get_first_date(self, today):
        """:returns: the earliest due date of its items, or None
        :rtype: date"""
        return None if self.most is None else today - timedelta(days=self.most)

    def get_last_date(self, today):
        """:returns: the latest due date of its items, or None
        :rtype: date"""
        return None if self.least is None else today - timedelta(days=self.least)


#: An item without a due date is never overdue: it is in the first.
BUCKETS = (
    Bucket("followup_not_due", None, 0),
    Bucket("followup_overdue_30", 1, 30),
    Bucket("followup_overdue_60", 31, 60),
    Bucket("followup_overdue_90", 61, 90),
    Bucket("followup_overdue_older", 91, None),
)
#: What customers have paid or been credited, and nobody has matched with invoices yet.
CREDIT = "followup_unmatched"


def find_bucket(due: date | None, today: date) -> str:
    """:param due: the due date of an item, if it has one
    :returns: the name of the bucket that it is in"""
    if due is None or due >= today:
        return BUCKETS[0].name
    days = (today - due).days
    return next(
        bucket.name
        for bucket in BUCKETS[1:]
        if bucket.least <= days and (bucket.most is None or days <= bucket.most)
    )
