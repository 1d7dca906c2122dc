"""Claims no record can back, and placeholders a model left behind; both fall unless the evidence or the request holds them."""

import re

from gateway.grounding.facts import FactIndex
from gateway.grounding.figures import Finding

_CLAIMS = re.compile(
    r"""
      (?P<market>\bmarket(?:[\s-](?:average|rate|price|prices|leader|leaders|conditions?|share|trends?|value|demand|benchmark|norm|wide)\b|wide\b))
    | (?P<competitor>\b(?:competitors?(?:['’]s?)?|the\scompetition|rivals|(?:competing|competitor|rival)\s(?:shops?|stores?|brands?|business(?:es)?|suppliers?)))
    | (?P<industry>\bindustry(?:['’]s)?[\s-](?:average|benchmark|standard|norm|peers?|slowdown|downturn|decline|trend|wide|stress|instability|growth|data|pressure)s?
        |\bacross\sthe\sindustry|\b(?:in|of)\stheir\sindustry|\b(?:their|the)\sindustry\s(?:is|has|shows|faces)
        |\bsector[\s-](?:wide|average|benchmark|slowdown|downturn|stress|decline)s?)
    | (?P<economic>\beconomic\s(?:downturn|slowdown|crisis|recession|instability|conditions|hardship|climate|pressure|decline)s?|\brecession\b|\bdownturn\b|\bstruggling\seconomy)
    | (?P<interest>\b(?:(?:late|overdue|penalty|accrued?|accruing|daily|monthly|annual|charg\w+|incur\w*|add(?:s|ed|ing)?|bear\w*|pay(?:s|ing)?|plus|with|attracts?|of|any|no|without|\d\s?%|%)\s+interest\b(?!\s+in\b)
        |interest\s(?:rates?|charges?|fees?|payments?|accrues?|will|shall|is|at|on|of|per|and\spenalt\w+|or\spenalt\w+)))
    | (?P<penalty>\bpenalt(?:y|ies)\b|\blate\s(?:payment\s)?fees?\b|\bfined?\sof\b|\bfines\b)
    | (?P<police>\bpolice\b|\barrest(?:ed)?\b|\bbailiffs?\b)
    | (?P<legal>(?<!food\s)(?<!tennis\s)(?<!basketball\s)\bcourts?\b|\blegal\s(?:action|proceedings?|steps?|measures?|consequences?|department|team|advice|process|claim|notice|recourse|letter)
        |\blawsuits?\b|\blawyers?\b|\bsolicitors?\b|\bsued?\b|\bprosecut\w+|\blitigation\b)
    | (?P<warranty>\bwarrant(?:y|ies)\b|(?<!no\s)(?<!not\sa\s)(?<!cannot\s)(?<!can't\s)(?<!not\s)(?<!never\s)\bguarante(?:e|es|ed|eing)\b)
    | (?P<medical>\bmedical(?:ly)?\b|\bcur(?:es|ed)\b|\bcure\s(?:for|of)\b|\bheals\b|\bclinical(?:ly)?\s\w+|\bdoctors?[\s-](?:recommend\w*|approved)|\bdermatolog\w+|\btherapeutic\b|\bdiseases?\b|\bfda\b)
    | (?P<statistics>\bin\sour\s(?:database|records\sof\ssimilar)|\bour\sdatabase\b|\bsimilar\s(?:businesses|shops|stores|companies|retailers|smes)\b|\b(?:most|many|other|typical)\s(?:businesses|shops|stores|retailers|companies|traders)\b
        |\b(?:studies|research|surveys?|statistics)\s(?:shows?|suggests?|indicates?|found|says?|proves?|reveals?)|\bexperts\s(?:say|agree|recommend)|\bstatistically\b
        |\bindustry\sbenchmarks?\b|\bnationwide\b|\bacross\sghana\b|\bmost\s(?:people|families|households|ghanaians|(?:customers|buyers|shoppers)\sin)\b
        |\b(?:[a-z]{3,}est|best|most\s[a-z]+)\s[^.,;]{0,40}\bin\s(?:ghana|africa|(?:the\s(?:whole\s)?(?:country|city|region|world|town|area|neighbou?rhood)|town|accra|kumasi|tema|tamale|takoradi))\b)
    """,
    re.VERBOSE,
)  # fmt: skip
_ROOTS = {
    "market": ("market",), "competitor": ("competitor", "competition", "rival"), "industry": ("industry", "sector"),
    "economic": ("economic", "economy", "recession", "downturn"), "interest": ("interest",),
    "penalty": ("penalt", "late fee", "late_fee", "fine"), "police": ("police",), "legal": ("legal", "court", "formal recovery"),
    "warranty": ("warrant", "guarante"), "medical": ("medical", "clinical", "cure", "doctor", "dermatolog", "fda"),
    "statistics": ("database", "similar", "benchmark", "study", "studies", "survey", "nationwide"),
}  # fmt: skip

_LEFTOVER = re.compile(
    r"""
      \{\{[^{}]{0,60}\}\}|\{%[^%]{0,60}%\}|\$\{[^{}]{0,60}\}|\{\{|\}\}
    | \{[A-Za-z_][\w .]{0,40}\}
    | \[(?=[^\]]{0,40}[A-Za-z])[A-Za-z][^\[\]\n]{0,60}\](?!\()
    | <\s*(?:insert|your|name|amount|date|company|customer|business|phone)\b[^<>\n]{0,40}>
    """,
    re.VERBOSE,
)
_FOREIGN = re.compile(
    r"""
      (?P<link>\bhxxps?\b\S*|\bjavascript:\S*
        |(?<![@\w.-])[a-z0-9][a-z0-9-]{1,40}(?:\.[a-z0-9-]{2,40}){0,3}\.(?:com|net|org|info|biz|shop|store|online|site|xyz|app|io|me|ly
          |top|link|click|page|dev|ai|ru|cn|example|test|(?:com|org|edu|gov)\.gh)\b(?:/\S*)?
        |[a-z0-9-]{2,40}\s?[\[(]\s?(?:\.|dot)\s?[\])]\s?[a-z]{2,12}\b)
    | (?P<markup></?[a-z][a-z0-9-]{0,20}(?:\s[^<>]{0,200})?/?>|```)
    | (?P<code>\b[a-z_][\w.]{1,60}\((?:['"\w]|\))[^()\n]{0,80}\)|\b(?:drop|alter|truncate)\s+table\b|\bdelete\s+from\s+\w+\s*(?:;|where)
        |\binsert\s+into\s+\w+|\bunion\s+select\b|\b[a-z]+(?:_[a-z]+)+\b)
    """,
    re.VERBOSE,
)
"""What an answer about records has no use for: links, markup and code, unless the evidence or the request shows them."""
_SPOKEN = re.compile(r"(?:\b(?:zero|oh|nought|one|two|three|four|five|six|seven|eight|nine)\b[\s,.-]*){7,}")
_PLURAL = re.compile(r"\w\((?:s|es|ies)\)")

_PLACEHOLDER = re.compile(
    r"\\?<\s*([A-Za-z]+(?:(?:\\?_|[ -])[A-Za-z]+)*(?:\\?_|[ -])\d+)\s*\\?>|(?<![\w<])([A-Z][A-Z]+(?:_[A-Z]+)*_\d+)(?!\w)"
)
_OUTSIDE = re.compile(r"[<_`]|hxxp|javascript|\.[a-z]{2}|[\[(]\s?(?:\.|dot)|\w\(|\b(?:table|delete|insert|union)\s")


def claim_findings(text: str, low: str, index: FactIndex) -> list[Finding]:
    """Return the claims in `text` whose subject neither the evidence nor the request mentions."""
    found = []
    for m in _CLAIMS.finditer(low):
        topic = str(m.lastgroup)
        if not any(root in index.corpus for root in _ROOTS[topic]):
            found.append(
                Finding("claim", text[m.start() : m.end()], m.start(), m.end(), f"{topic}: no data about this")
            )
    return found


def leftover_findings(text: str, index: FactIndex) -> list[Finding]:
    """Return template remains, and placeholders that do not belong to this request."""
    if "<" not in text and "_" not in text and "[" not in text and "{" not in text:
        return []
    found = [
        Finding("placeholder", m[0], m.start(), m.end(), "a template was not filled in")
        for m in _LEFTOVER.finditer(text)
        if not index.mentions(m[0].lower())
    ]
    for m in _PLACEHOLDER.finditer(text):
        name = normal_placeholder(m[1] or m[2])
        if name not in index.known_placeholders and not (m[2] and index.mentions(m[2].lower())):
            found.append(Finding("placeholder", m[0], m.start(), m.end(), "not a placeholder of this request"))
    return found


def foreign_findings(text: str, low: str, index: FactIndex) -> list[Finding]:
    """Return links, markup, code and numbers told digit by digit that neither the evidence nor the request shows."""
    found = []
    if _OUTSIDE.search(low):
        for m in _FOREIGN.finditer(low):
            if m["code"] and (_PLURAL.search(m[0]) or _PLACEHOLDER.search(text, max(0, m.start() - 1), m.end() + 6)):
                continue
            if not index.mentions(m[0].strip("/")):
                found.append(Finding(str(m.lastgroup), text[m.start() : m.end()], m.start(), m.end()))
    if " zero" in low or " five" in low or " two" in low:
        found += [
            Finding("id", text[m.start() : m.end()], m.start(), m.end())
            for m in _SPOKEN.finditer(low)
            if not index.mentions(m[0].strip(" ,.-"))
        ]
    return found


def normal_placeholder(name: str) -> str:
    """Return a placeholder in any of its spellings as `PERSON_1`."""
    return re.sub(
        r"[\\<>\s]", lambda m: "_" if m[0] == " " else "", name.strip("<> \\").replace("\\_", "_").replace("-", "_")
    ).upper()
