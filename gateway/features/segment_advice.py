"""What a shop in Ghana can do for each kind of customer segment: fixed texts, chosen by the segment's name."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from gateway.domain.evidence import Json
from gateway.features.wording import count, money

TACTICS, UPSELLS = 3, 2


@dataclass(frozen=True, slots=True)
class Kind:
    """Advice for one kind of segment; `words` of a name that mean it.

    `takes_best`: the shop's best-selling category is what more they could take; said to every segment it says nothing.
    """

    words: tuple[str, ...]
    aim: str
    how: str
    frequency: str
    tactics: tuple[str, str, str]
    upsells: tuple[str, str]
    takes_best: bool = False


KINDS = (
    Kind(
        ("cant lose", "can't lose", "cannot lose", "at risk", "risk", "slipping", "about to sleep"),
        "win them back before they settle elsewhere",
        "Call or visit each one yourself, ask what they missed, and put it right.",
        "One personal call now, then a message every week until they buy again",
        ("Call the largest buyers first and listen", "Say what is back in stock since they last came",
         "Offer delivery or a set-aside order for their next purchase"),
        ("The goods they used to buy, in the pack size they took", "A small bundle around their usual order"),
    ),
    Kind(
        ("champion", "best", "vip", "top", "platinum", "gold"),
        "keep them close and thank them",
        "Serve them first, tell them first about new goods, and ask them to bring a friend.",
        "A personal message every week",
        ("Early word of new goods and of deliveries", "A thank-you in person from the owner",
         "A small gift for every friend they bring"),
        ("Larger packs of what they buy most", "Better-quality lines beside their usual goods"),
        takes_best=True,
    ),
    Kind(
        ("potential", "promising", "develop", "grow", "silver"),
        "turn good first visits into a habit",
        "Show them what goes with what they already bought, and make the next visit easy.",
        "A message every other week",
        ("Greet them by name and ask what they came for", "Set aside what they bought last time",
         "Tell them on which day fresh stock arrives"),
        ("What goes with their last purchase", "A carton in place of single pieces"),
    ),
    Kind(
        ("loyal", "regular", "frequent", "repeat", "steady"),
        "reward their steadiness and widen what they buy",
        "Keep their usual goods in stock at all times and suggest a further line at each visit.",
        "A message every other week",
        ("Keep their usual goods in stock", "A thank-you message after every fifth purchase",
         "Ask for their opinion before ordering new lines"),
        ("One more category beside their usual one", "Wholesale packs for those who buy often"),
    ),
    Kind(
        ("new", "recent", "first"),
        "make the second purchase happen soon",
        "Welcome them, learn their names, and tell them what else the shop carries.",
        "A welcome message at once, then one every other week",
        ("A welcome message with the shop's opening hours", "Ask for a number and a name at the till",
         "Show them round the shelves they have not seen"),
        ("Everyday goods that go with the first purchase", "A starter bundle of best sellers"),
    ),
    Kind(
        ("attention", "cooling", "declin"),
        "remind them of the shop while they still remember it",
        "Ask what changed, and bring the goods they liked back to their minds.",
        "A message every other week, and a call once a month",
        ("Ask what they could not find last time", "Tell them about goods that are back in stock",
         "Invite them on a quiet day with time to talk"),
        ("The goods they bought most, in the same pack", "A second item that is often bought beside it"),
    ),
    Kind(
        ("hibernat", "lost", "sleep", "inactive", "dormant", "churn", "gone"),
        "spend little, and try once to bring them back",
        "Send a friendly message with what is new, and give your time to those who answer.",
        "One message a month at most",
        ("One friendly message that the shop thinks of them", "Ask those who answer what would bring them back",
         "Take silent numbers off the list after some tries"),
        ("Low-priced everyday goods as a reason to come back", "Goods of the season they bought before"),
    ),
)  # fmt: skip
ANY = Kind(
    (),
    "learn what they want and serve it well",
    "Talk to a few of them, note what they ask for, and keep those goods in stock.",
    "A message every month",
    ("Greet them by name", "Note what they ask for and could not find", "Thank them after a large purchase"),
    ("What goes with their usual goods", "A larger pack at a fair price"),
    takes_best=True,
)


def kind_of(name: str) -> Kind:
    """Return the kind that a segment's name means; a general one for a name that says nothing."""
    lowered = " ".join(name.lower().replace("_", " ").replace("-", " ").split())
    return next((kind for kind in KINDS if any(word in lowered for word in kind.words)), ANY)


def advise(segment: Mapping[str, Json], facts: Mapping[str, Json]) -> dict[str, Json]:
    """Return the recommendations for one segment of the facts."""
    kind = kind_of(str(segment["name"]))
    upsells = list(kind.upsells)
    if kind.takes_best and facts.get("best_categories"):
        upsells[1] = f"{facts['best_categories'][0]}, the shop's best-selling category, in larger packs"
    return {
        "marketing_strategy": f"{_size(segment, facts)} {kind.how}",
        "communication_frequency": kind.frequency,
        "retention_tactics": list(kind.tactics),
        "upsell_opportunities": upsells,
    }


def _size(segment: Mapping[str, Json], facts: Mapping[str, Json]) -> str:
    kind = kind_of(str(segment["name"]))
    if "customers" not in segment:
        return f"The aim is to {kind.aim}."
    if not int(segment["customers"]):
        return f"Nobody is in this segment at present; the aim would be to {kind.aim}."
    members = count(int(segment["customers"]), "customer")
    each = ""
    if "average_revenue" in segment:
        each = f" with {money(Decimal(str(segment['average_revenue'])), facts['currency'])} on average"
    return f"{members}{each}: {kind.aim}."
