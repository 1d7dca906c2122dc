"""The words in which shop owners ask about their business, as concepts; small typing slips are forgiven.

Extend the lists freely: a word may stand for several concepts, a phrase becomes one word before the words are read.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from gateway.features.report_figures import word_set

_CONCEPTS = {
    "customer": "customer client buyer shopper patron people person who whom consumer",
    "product": "product item good goods article sku commodity merchandise brand stuff thing",
    "top": """top best biggest highest most largest leading main greatest valuable star strongest more bestselling big
        favourite favorite popular plenty lots number1 spender fast faster fastest hot loyal important vip""",
    "bottom": "slow slower slowest worst least lowest weak weakest poor poorest dead smallest unsold stagnant bottom low",
    "sell": "sell seller selling sold sale move moving mover bought purchase purchased purchasing order demand buy buying transaction receipt",
    "money": "revenue turnover income taking earning made make money cash-in spent spend spending figure amount gross total",
    "churn": """churn churning churned leave leaving left inactive dormant silent quiet disappear disappeared disappearing
        gone lost losing lose stopped drifting lapsed winback retention retain sleeping absent""",
    "risk": "risk risky danger",
    "restock": """restock restocking reorder reordering runout outofstock replenish replenishment stockout refill
        finished finishing finish shortage needstock""",
    "stock": "stock inventory shelf warehouse store-room stocks",
    "worth": "worth value valuation capital tied invested holding",
    "category": "category categories department section group-of-goods line-of-goods range",
    "compare": """compare compared comparison versus vs against than change changed changing grow grew growing growth trend
        up down increase increased decrease decreased drop dropped fall fallen fell rise rose better worse difference
        performance perform performing progress before""",
    "overview": "overview summary summarise summarize report result recap howisbusiness situation status update brief doing",
    "busy": "busy busier busiest peak rush hour hourly weekday whattime whatday whichday crowded traffic quietest morning afternoon evening",
    "debt": """owe owed owes owing debt debtor credit outstanding overdue unpaid receivable balance collect collection
        arrears notpaid creditor indebted""",
    "margin": "profit profitable profitability margin markup gain profits earn earns",
    "discount": "discount discounting discounted markdown reduction pricecut giveaway dash rebate",
    "payment": "payment pay paid paying momo card cash method mode cheque transfer",
    "new": "new newest newly joined firsttime signed registered acquired recent acquisition",
    "segment": "segment segmentation rfm champion hibernating cluster promising",
    "staff": "staff employee cashier worker attendant salesperson salesgirl salesboy till user manager",
    "supplier": "supplier vendor distributor",
    "expense": "rent salary wage expense tax vat electricity loan theft",
    "contact": "phone number-of email address contact whatsapp telephone location birthday",
    "outside": "weather competitor competition market-price inflation dollar politics news election football exchange",
    "future": "predict prediction forecast future will expect projected projection",
    "branch": "branch storefront shop outlet location",
    "units": "unit piece quantity pieces volume bag carton",
    "each": "average typical mean",
    "returning": "returning comeback",
    "average_sale": "averagesale",
    "refund": "refund refunded returns",
    "receipts": "receipt transaction howmanysales",
    "loss": "atloss",
    "beyond": "stockturn pricelist boughttogether counterortrade onlyonce onesale productmoves expired expiry stolen target",
}  # fmt: skip
_PHRASES = tuple(
    (re.compile(pattern), word)
    for pattern, word in (
        (r"\bonly once\b|\bjust once\b|\bonce only\b|\bone[- ]time (?:customers?|buyers?)\b", " onlyonce "),
        (r"\b(?:largest|biggest|smallest|highest|lowest) (?:single )?(?:sale|transaction|receipt|order|purchase)\b(?! (?:day|hour|week|month)s?\b)", " onesale "),
        (r"\b(?:falling|declining|dropping|shrinking|growing|rising|fastest growing) (?:products?|items?|goods)\b|\b(?:products?|items?|goods) (?:that are |which are |are |is |with )?(?:falling|declining|dropping|shrinking|growing|rising)\b", " productmoves "),
        (r"\bover-?stock(?:ed|s)?\b|\b(?:too much|excess|surplus) stock\b", " slow product "),
        (r"\bcost of (?:the )?(?:goods|sales)(?: sold)?\b|\bcogs\b", " margin "),
        (r"\b(?:pa(?:y|ys|ying|id) late|late pay\w*)\b|\bmoney (?:is |dey |we have )?outside\b", " debt "),
        (r"\bcredit (?:we )?(?:given|gave|sold)\b|\b(?:gave|given|sold|sell) (?:on|out on) credit\b", " payment sale "),
        (r"\bhow many (?:different )?(?:customers|clients|buyers|shoppers) do (?:i|we) have\b", " segment "),
        (r"\bhow many (?:customers|people|buyers|clients|shoppers) (?:bought|buy|came|shopped|visited|purchased)\b(?! (?:back|again))", " comeback customer "),
        (r"\b(?:is|was|has) (?:it|this|that|last|today|yesterday)\b[^.?!]{0,12}\b(?:good|bad|better|worse) ?(?:day|week|month|year|one)?\b", " howisbusiness sale "),
        (r"\bwhat (?:sold|sells?|is selling) (?:well|best|most|fast)\b", " top sell product "),
        (r"\b(?:worst|slowest|quietest|weakest) (?:week)?days?\b", " whichday bottom "),
        (r"\b(?:stock|inventory) turn(?:s|over)?\b", " stockturn "),
        (r"\b(?:most|least) expensive\b|\bcheapest\b|\bdearest\b|\b(?:highest|lowest)[ -]priced\b", " pricelist "),
        (r"\b(?:sells?|sold|bought|buy|go|goes) (?:together|along) with\b|\b(?:sold|bought) together\b|\bgoes? (?:well )?with\b", " boughttogether "),
        (r"\bwholesale (?:and|vs\.?|versus|or|against|to|compared (?:to|with)) retail\b|\bretail (?:and|vs\.?|versus|or|against|to|compared (?:to|with)) (?:wholesale|trade)\b", " counterortrade "),
        (r"\b(?:average|typical|mean) (?:basket|ticket|receipt|transaction|order|sale|sales|spend|purchase)(?: size| value| amount)?\b|\b(?:basket|ticket) (?:size|value)\b", " averagesale sale "),
        (r"\bhow many (?:sales|transactions|receipts|orders)\b", " howmanysales sale "),
        (r"\bhow many (?:different )?(?:products|items|goods|articles|skus?) (?:do|have) (?:i|we)(?: have| stock| carry| got)?\b(?! s[eo]l)|\bhow many (?:different )?(?:products|items|goods|skus?) are (?:there|in)\b", " stock worth "),
        (r"\b(?:mak|mad|sell|sold|los)\w*(?: us)? (?:(?:at )?a loss|money(?= on))\b|\bloss[ -]making\b|\bbelow (?:the |its |their )?cost\b|\b(?:lose|losing) money\b", " atloss margin bottom "),
        (r"\b(?:by|in) (?:the )?(?:number|count) of (?:orders|purchases|visits|receipts|times)\b|\bmost (?:often|frequent\w*|visits|orders)\b", " units "),
        (r"\b(?:which|what|wetin) (?:tins?|things?|goods|items|products?) (?:do |dey |are |did )?(?:people|customers|they)(?: dey)?\b|\b(?:what|wetin) (?:do |dey |are |did )(?:people|customers|they)(?: dey)?\b", " product "),
        (r"\b(?:returning|repeat|regular) (?:customers?|buyers?|clients?|shoppers?)\b|\b(?:customers?|buyers?|clients?|people|who) (?:who |that )?(?:came|come|comes|coming|return\w*) (?:back|again)\b|\bbought (?:again|more than once)\b", " comeback customer "),
        (r"\b(?:credit|cash|card|momo|mobile money) sales?\b", " payment sale "),
        (r"\brun(?:ning|s)?\s+(?:out|low|short)\b|\bget(?:ting)? finish\w*\b|\balmost finish\w*\b|\blow (?:on |in )?stock\b|\bstock (?:is |are )?(?:low|short)\b", " runout "),
        (r"\bout[ -]of[ -]stock\b|\bstock[- ]?outs?\b", " outofstock "),
        (r"\b(?:need|have|want|ought|got) to (?:buy|order|stock|bring)\b|\b(?:should|must|shall|can) (?:i|we) (?:buy|order|bring|stock)(?: up)?\b|\bbuy (?:more|again)\b|\border (?:more|again)\b", " restock "),
        (r"\bmobile money\b|\bmo mo\b", " momo "),
        (r"\b(?:no dey|not|don'?t|doesn'?t|isn'?t|aren'?t|hardly|barely|never|no) (?:really |been )?(?:sell|selling|sold|move|moved|moving|go|going)(?: well| at all| much)?\b", " slow product "),
        (r"\b(?:has|have|had|did)(?:n'?t| not|nt)(?: yet)? (?:been )?(?:pay|paid)\b|\bnot (?:yet )?paid\b|\byet to pay\b|\bowes? (?:me|us)\b|\bnever paid\b|\bwho dey owe\b", " notpaid "),
        (r"\b(?:stopp?ed|stopping|no longer|not|haven'?t|hasn'?t|have not|has not|no more|don'?t|doesn'?t|didn'?t|did not|not been|never) (?:been )?(?:buy|buying|bought|come|coming|came|visit|visited|visiting|shop|shopping|shopped|order|ordered|ordering|purchas\w+|return|returned|patroni[sz]\w+)\b|\bnot seen\b|\bwin (?:\w+ )?back\b|\bgone (?:quiet|silent|away)\b|\bfall(?:ing)? away\b|\bcome back\b", " churn "),
        (r"\bhow(?:'s| is| are| was| were| be| far)?(?: the| my| our)? (?:business|market|shop|trade|things|we doing)(?: doing| going| performing)?\b|\bhow did (?:we|i|the shop|the business) (?:do|perform|fare)\b|\bhow (?:are|am) (?:we|i) doing\b|\bgive me (?:an? )?(?:overview|summary)\b", " howisbusiness sale "),
        (r"\bwhat time\b|\btimes? of (?:the )?day\b|\bwhich hours?\b|\bwhen (?:do|are|is)\b", " whattime "),
        (r"\b(?:which|what|best|worst|busiest) (?:sales? )?days?\b|\bdays? of the week\b|\bper weekday\b", " whichday "),
        (r"\btied up\b|\bsitting (?:in|on)\b|\block(?:ed)? up\b", " tied stock "),
        (r"\bfirst[ -]time\b|\bjust joined\b", " firsttime "),
        (r"\bnumber one\b|\bno\.? ?1\b", " number1 "),
        (r"\bprice cuts?\b|\breduced prices?\b", " pricecut "),
        (r"\bon credit\b|\bbought on credit\b", " credit "),
        (r"\bhow (?:much|many) (?:stock|goods)\b", " stock worth "),
        (r"\bphone numbers?\b|\bcontact details?\b|\be-?mails?\b", " phone "),
        (r"\b(?:mark ups?|mark-up)\b", " markup "),
        (r"\bregulars?\b", " comeback customer "),
        (r"\bmoves? (?:fast|quick\w*|well)\b|\bfast[ -]moving\b|\bbest[ -]?sell\w*\b|\btop[ -]?sell\w*\b|\bgo(?:es|ing)? fast\b", " top sell product "),
        (r"\bslow[ -](?:moving|movers?|sell\w*)\b|\bdead stock\b|\bnon[ -]moving\b|\bcollecting dust\b", " slow product "),
    )
)  # fmt: skip
_STOP = word_set("""
a about again all also am an and any are as at be been being between but by can could compare did do does done
each every everything explain find for from get give go going got had has have having hello help hey hi how i if
in into is it its just kind know last let like list look looking made make many may me might mine month more
much must my need no not now of off ok okay on one ones only or other our ours out over past per please pls put
quarter rather right same say see shall she should show so some still such take tell than thank thanks that the
their them then there these they this those through time to today too under until up us use very want was way we
week well were what when where which while who whose why will with within would year yes yesterday yet you your
day days weeks months years most chale abeg boss madam sir dey wey na o oo ei eh massa bro business good morning
afternoon evening far de dat dis mi name names called person during since ago top best compared against versus
vs number both anything something idea insight insights information details data question answer analyse analyze
analysis check really actually currently ever always often regularly frequently bulk lot usual usually moment next previous prior current
recently lately shop store company people customers ghs cedis cedi gh how's what's who's i'm we're they're it's
let's don't didn't isn't doesn't can't haven't hasn't won't ten five three twenty two four six seven eight nine
monday tuesday wednesday thursday friday saturday sunday mondays tuesdays wednesdays thursdays fridays saturdays
sundays weekend weekends january february march april june july august september october november december
christmas easter xmas retail wholesale advice advise tip tips think suggest recommend recommendation
""")
_TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


def folded(text: str) -> str:
    """Return the text in small letters with plain quotes and single spaces."""
    return " ".join(text.lower().replace("’", "'").split())


def with_phrases(text: str) -> str:
    """Return folded text in which every known phrase is one word."""
    for pattern, word in _PHRASES:
        text = pattern.sub(word, text)
    return text


def words_in(text: str) -> list[str]:
    """Return the words of a text in its order, without the `'s` of a genitive."""
    return [word.removesuffix("'s") for word in _TOKEN.findall(text.replace("’", "'"))]


def concepts_of(words: Iterable[str]) -> set[str]:
    """Return what the words speak of."""
    return {concept for word in words for concept in meanings(word)}


def is_plain(word: str) -> bool:
    """Return whether a word names nothing of a shop's own: an everyday word, a concept or a number."""
    return word in _STOP or word.isdigit() or bool(meanings(word))


@lru_cache(maxsize=16_384)
def meanings(word: str) -> frozenset[str]:
    """Return the concepts of one word, also when it is a typing slip away; none for names of products and people."""
    exact = _BY_WORD.get(word) or _BY_WORD.get(singular(word))
    if exact or word in _STOP or len(word) < 5 or not word.isalpha():
        return exact or frozenset()
    near = next((known for known in _LONG if slip(word, known)), None)
    return _BY_WORD[near] if near else frozenset()


def singular(word: str) -> str:
    """Return a word without its plural ending."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


@lru_cache(maxsize=65_536)
def slip(a: str, b: str) -> bool:
    """Return whether two words differ by one letter added, lost, changed or swapped; by two from nine letters on."""
    if a[0] != b[0] or abs(len(a) - len(b)) > 1 + (min(len(a), len(b)) >= 9):
        return False
    return 0 < _distance(a, b) <= (2 if min(len(a), len(b)) >= 9 else 1)


def _distance(a: str, b: str) -> int:
    """Return the optimal-string-alignment distance of two words."""
    two_before: list[int] = []
    before = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        row = [i]
        for j, y in enumerate(b, 1):
            best = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                best = min(best, two_before[j - 2] + 1)
            row.append(best)
        two_before, before = before, row
    return before[-1]


def _by_word() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for concept, words in _CONCEPTS.items():
        for word in words.split():
            found.setdefault(word, set()).add(concept)
    return {word: frozenset(concepts) for word, concepts in found.items()}


_BY_WORD = _by_word()
_LONG = sorted(word for word in _BY_WORD if len(word) > 4 and word.isalpha())
