"""The stores of a prompt's life, whom a release is for, and what must hold before it."""

from dataclasses import dataclass

from admin.wording import parsed
from gateway.app import Store
from gateway.domain.drafts import Draft, DraftState
from gateway.errors import FieldError, NotFound, ValidationFailed
from gateway.library.catalog import Catalog, Feature, PromptVersion
from gateway.library.policy import Policy
from gateway.ports import Clock
from gateway.store.canaries import Canaries
from gateway.store.drafts import Drafts
from gateway.store.eval_runs import EvalRuns
from gateway.store.events import Events
from gateway.store.jobs import Jobs
from gateway.store.releases import EVERYONE, SHARE, Releases
from gateway.store.samples import Samples
from gateway.store.snapshot import Snapshots

_APPROVED = "Nothing is left to review. A releaser makes it live from its review page."
_BACK = "Its author has to ask for review first."
NOT_IN_REVIEW: dict[DraftState, tuple[str, str]] = {
    "draft": ("This draft is not in review", _BACK),
    "in_review": ("This draft is in review", "Reload the page and look at what it says now."),
    "approved": ("Somebody approved this draft already", _APPROVED),
    "released": (
        "This draft is released already",
        "What it became is on the prompt's page.",
    ),
    "closed": ("This draft was set aside", "Its author can take it up again, and ask for review then."),
}
"""Why a draft in a state cannot be approved, and what to do, for somebody whose page is older than the state."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must hold before a release, and where it stands."""

    title: str
    good: bool
    said: str


@dataclass(frozen=True, slots=True)
class Where:
    """Whom a release is for: a label and its target."""

    label: str
    target: str

    @property
    def words(self) -> str:
        """Say whom it is for."""
        if self.target == EVERYONE:
            return "everyone"
        if self.target.startswith(SHARE):
            return f"{self.target.removeprefix(SHARE)} % of the businesses"
        kind, _, name = self.target.partition(":")
        return f"the plan {name}" if kind == "plan" else f"the business {name}"


@dataclass(frozen=True, slots=True)
class Life:
    """The stores that prompt state is written to, and what drafts are read against."""

    catalog: Catalog
    policy: Policy
    clock: Clock
    releases: Releases
    snapshots: Snapshots
    drafts: Drafts
    runs: EvalRuns
    canaries: Canaries
    jobs: Jobs
    events: Events
    samples: Samples

    def feature(self, name: str) -> Feature:
        """Return a feature. Raises NotFound."""
        if name not in self.catalog.features:
            raise NotFound("There is no such prompt. Choose one on the prompts page.")
        return self.catalog.features[name]

    def live(self, feature: str) -> PromptVersion | None:
        """Return the version that everybody gets."""
        return self.catalog.by_hash.get(self.snapshots.live(feature) or "")

    def number(self, content_hash: str) -> int:
        """Return the number of a version, 0 where it is not known here."""
        known = self.catalog.by_hash.get(content_hash)
        return known.version if known else 0

    def readable(self, draft: Draft) -> PromptVersion:
        """Return the version that a draft holds. Raises ValidationFailed with every problem."""
        found = parsed(draft.body, self.feature(draft.feature), self.catalog, self.policy)
        if found.prompt is None:
            errors = [FieldError(f"line {each.line}", f"{each.message} {each.fix}".strip()) for each in found.problems]
            raise ValidationFailed("The draft has mistakes; the editor shows them.", errors)
        return found.prompt

    async def draft(self, draft_id: str) -> Draft:
        """Return a draft. Raises NotFound."""
        draft = await self.drafts.get(draft_id)
        if draft is None:
            raise NotFound("There is no such draft.")
        return draft


def life_of(store: Store, catalog: Catalog, policy: Policy) -> Life:
    """Return the stores of an open database."""
    return Life(
        catalog=catalog, policy=policy, clock=store.clock, releases=store.releases, snapshots=store.snapshots,
        drafts=Drafts(store.database, store.clock), runs=EvalRuns(store.database, store.clock, store.sealer),
        canaries=Canaries(store.database, store.clock), jobs=store.jobs, events=store.events, samples=store.samples,
    )  # fmt: skip
