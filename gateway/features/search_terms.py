"""The words of a text as search sees them: small letters, no endings, one word for what means the same.

Both databases index these terms instead of the text, so that a question finds the same passages on either.
"""

import re
import unicodedata
from functools import lru_cache

_WORD = re.compile(r"[a-z0-9]+")
_INNER_CAPITAL = re.compile(r"(?<=[^.?!:\n] )[A-Z][\w'’-]*")
_APOSTROPHE = re.compile(r"(?<=\w)['’](?=\w)")

_EVERYDAY = """
a about again all also am an and any anything are as at be because been before being but by can cant could did do
does doesnt doing dont down each else ever every few for from further get gets getting give go goes going got had
has have having he hello help her here hi him his how i if im in into is isnt it its just kindly know let like
may me might more most much must my need new no nor not now of off ok okay on once one only or other our out over
please pls re same see shall she should shouldnt show so some something still such tell than thank thanks that the
their them then there these they thing this those through to too up us use used using very want was way we well
were what whats when where which while who why will with within without wont would yes you your yours
make makes put really good morning afternoon evening day dear sir madam way work works between happen
happens happened
"""
STOPWORDS = frozenset(_EVERYDAY.split())
"""Words that tell nothing about what is asked."""

_SAME = """
plan subscription package tier
credit tick
owe debt debtor owing
mobilemoney momo
receipt slip
stocktake stocktaking counting
employee staff cashier worker user attendant
password passcode
price cost charge fee
refund return
void cancel
quota allowance
segment segmentation
limit maximum cap
steal theft stealing stolen thief
upgrade downgrade
internet network connection offline
printer print printing
customer client buyer
shop store branch outlet storefront
product item goods article
delete remove erase
discount reduction
question query
privacy private confidential
bill invoice
phone mobile number
login signin
""".strip().splitlines()

_CANON = {word: line.split()[0] for line in _SAME for word in line.split()}
_PHRASES = (
    (re.compile(r"\bmobile money\b|\bmomo\b"), "mobilemoney"),
    (re.compile(r"\b(?:log|sign)(?:ged|ging|ned|ning)? ?(?:in|on)\b"), "login"),
    (
        re.compile(r"\bstock (?:counts?|counting|takes?|taking)\b|\bcount(?:ing)? (?:the |my |our )?stock\b"),
        "stocktake",
    ),
    (re.compile(r"\b(?:opt|opting|opted)[- ]?out\b"), "optout"),
    (re.compile(r"\bopening hours?\b"), "openinghours"),
    (re.compile(r"\bwho (?:can |else |all )*(?:sees?|access|views?)\b"), "whosees"),
    (re.compile(r"\b(?:an)?other (?:shop|business|store)(?:e?s)?\b"), "othershop"),
    (re.compile(r"\bon (?:my|a|the) (?:phone|mobile|tablet)\b"), "ondevice"),
    (re.compile(r"\bwhat (?:does|do|will) (?:it|this|the (?:service|app|pos|ai)) cost\b"), "plan price"),
    (
        re.compile(
            r"\bwhat (?:can |could |does |do |will )?(?:the |this |your )?(?:ai|assistant|service|you)"
            r"(?: assistant| service)? (?:can |could )?(?:do|does|help)\b"
        ),
        "whataidoes",
    ),
    (re.compile(r"\bartificial intelligence\b"), "ai"),
)


def terms_of(text: str) -> list[str]:
    """Return the telling words of a text in order, repeated as often as they stand there."""
    folded = unicodedata.normalize("NFKD", text).lower()
    plain = _APOSTROPHE.sub("", "".join(char for char in folded if not unicodedata.combining(char)))
    for phrase, word in _PHRASES:
        plain = phrase.sub(word, plain)
    return [term for word in _WORD.findall(plain) if word not in STOPWORDS and (term := _term(word))]


def loose_terms(text: str) -> set[str]:
    """Return terms that may be names or numbers of the asker's own: digits, and capitals inside a sentence."""
    named = {term for name in _INNER_CAPITAL.findall(text) for term in terms_of(name)}
    return named | {term for term in terms_of(text) if any(char.isdigit() for char in term)}


@lru_cache(maxsize=16_384)
def _term(word: str) -> str:
    if len(word) > 40 or len(word) < 2:
        return ""
    stem = _stem(word)
    if stem in STOPWORDS:
        return ""
    return _CANONICAL.get(stem, stem)


def _stem(word: str) -> str:
    """Return a word without its ending, after the plural rules of English and the commonest endings of verbs."""
    if word.isdigit() or len(word) < 4:
        return word
    if word.endswith("ies"):
        word = word[:-3] + "y"
    elif word.endswith(("sses", "shes", "ches", "xes")):
        word = word[:-2]
    elif word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for ending in ("ing", "ed"):
        root = word.removesuffix(ending)
        if root != word and len(root) > 2 and re.search(r"[aeiouy]", root):
            word = root[:-1] if root[-1] == root[-2] and root[-1] not in "lsz" else root
            break
    return word.removesuffix("e") if len(word) > 3 else word


_CANONICAL = {_stem(word): _stem(canon) for word, canon in _CANON.items()}


def one_slip(a: str, b: str) -> bool:
    """Return whether `b` is `a` with one letter added, left out, changed, or two neighbours swapped."""
    if a == b or abs(len(a) - len(b)) > 1:
        return False
    start = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    rest_a, rest_b = a[start:], b[start:]
    if len(a) != len(b):
        return rest_a[1:] == rest_b if len(a) > len(b) else rest_a == rest_b[1:]
    return rest_a[1:] == rest_b[1:] or (rest_a[:2] == rest_b[1::-1] and rest_a[2:] == rest_b[2:])
