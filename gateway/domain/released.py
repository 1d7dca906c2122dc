"""Which version of a prompt is live for whom."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256


@dataclass(frozen=True, slots=True)
class Live:
    """What is released of one feature, as content hashes: for everyone, per plan, per business, and for shares.

    `shares` are (percent, content hash). The nearest wins: a business's own, its plan's, its share's, everyone's.
    """

    everyone: str | None = None
    plans: Mapping[str, str] = field(default_factory=dict)
    businesses: Mapping[str, str] = field(default_factory=dict)
    shares: Sequence[tuple[int, str]] = ()

    def of(self, feature: str, business_id: str, plan: str) -> str | None:
        """Return the version that a business of this plan gets."""
        if own := self.businesses.get(business_id):
            return own
        if planned := self.plans.get(plan):
            return planned
        if self.shares and business_id:
            at = bucket(feature, business_id)
            for percent, content_hash in self.shares:
                if at < percent:
                    return content_hash
                at -= percent
        return self.everyone


def bucket(feature: str, business_id: str) -> int:
    """Return the place of a business from 0 to 99: the same in every process and for as long as it lives."""
    return int.from_bytes(sha256(f"{feature}|{business_id}".encode()).digest()[:4], "big") % 100
