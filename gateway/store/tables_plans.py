"""Plans as Piccolo sees them."""

from piccolo.columns import BigInt, Text
from piccolo.table import Table


class PlanRevision(Table, tablename="plan_revision"):
    """Plans as an administrator proposed or saved them; the highest number is in force."""

    id = Text(primary_key=True)
    base = BigInt()
    number = BigInt(null=True, default=None, unique=True)
    body = Text()
    note = Text()
    reason = Text()
    proposed_by = Text()
    proposed_at = BigInt()
    saved_by = Text(null=True, default=None)
    saved_at = BigInt(null=True, default=None)
