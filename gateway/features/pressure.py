"""Words that may not be said to, or about, somebody who owes: threats, shame, police, invented charges, insults.

The list is of meanings with their common paraphrases, not of one text's words. Since nobody can list every threat, a
letter is held to a closed list as well: what its writer may announce to do, and to what of the customer's. A letter that announces the last step
may name "formal recovery steps" and nothing beyond; that such a step has been taken already is never said here, as no
record tells it. Spelling tricks (`p0lice`, `p o l i c e`, letters of other alphabets) are undone before reading.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

FORMAL_STEP = "formal recovery"
"""The one phrase that only a formal final notice may use."""

_WHO = r"(?:famil(?:y|ies)|wi(?:fe|ves)|husbands?|spouse|parents?|children|relatives?|neighbou?rs?|friends?|church|mosque|pastor|imam|chief|employers?|boss|colleagues?|landlord|communit(?:y|ies)|village|hometown|market|(?:other|your) (?:suppliers?|customers?|traders?|shops?|clients?)|everyone|everybody|the public|people)"
_MEANINGS: dict[str, tuple[str, ...]] = {
    "police": (
        r"\boffences?\b|\bcrimes?\b|\bimmigration\b|\bassembly ?m[ae]n\b|\blaws\b",
        r"\blaw enforcement\b|\buniform(?:ed|s)?\b|\block(?:ed)? (?:you )?up\b|\bdetain\w*",
        r"\bpolice\w*", r"\barrest(?:ed|s|ing)?\b", r"\b(?:jail|prison|imprison\w*|handcuff\w*|custody|behind bars)\b",
        r"\bcriminal\b", r"\b(?:cid|eoco|soldiers?|military|national security|authorities)\b",
        r"\bofficers? (?:will|shall|may|to)\b", r"\b(?:report|reported|reporting|hand) you\b",
    ),
    "court": (
        r"\bjudicial\w*|\bproceedings\b|\bcounsel\b|\b(?:the|of) law\b",
        r"\b(?:law ?courts?|small claims|to court|in court|courts? (?:action|case|order|of law)|courthouse|court)\b",
        r"\blegal\b", r"\blegally\b", r"\blaw ?suits?\b", r"\blawyers?\b", r"\bsolicitors?\b", r"\battorneys?\b", r"\bbarristers?\b",
        r"\b(?:sue|sued|suing|prosecut\w+|litigat\w+|summon\w*|subpoena\w*|injunction|writ|bailiffs?|garnish\w*|tribunal|magistrate)\b", r"\b(?:a|the|before) judge\b",
        r"\btake (?:up )?the matter (?:up )?(?:before|to) (?:the )?(?:law|judge)", r"\bforce of (?:the )?law\b",
    ),
    "threat": (
        r"\b(?:brothers?|uncles?|guards?|gangs?|driver|guarantors?|boys|ghosts?|enem(?:y|ies))\b|\bsleep\b|\bface the music\b|\bremember what\b|\bbefore we act\b|\bwe (?:will )?act accordingly\b|\bdebt (?:has been|was|is|will be) sold\b|\b(?:or|and) close your\b|\b(?:bring|take|fetch|get) (?:back )?the goods\b|\bon our side\b|\b(?:as|so|more) patient\b",
        r"\byour (?:shop|store|business|company|people|cash|books) (?:will|shall)\b",
        r"\bmake an? (?:example|lesson)\b|\blast chance\b|\b(?:get|gets|turn|turns) (?:ugly|nasty)\b|\b(?:risk )?losing everything\b|\blose everything\b|\bcost you\b|\bexpect (?:us|a visit)\b|\bforced to\b|\bgod (?:sees|is watching)\b|\bsin\b|\bat your (?:door|gate|home|house)\b",
        r"\bno (?:other )?(?:choice|option|alternative)\b|\bdrastic\b|\b(?:been|be) warned\b|\b(?:test|try) our patience\b|\bnot end well\b|\bbad things\b|\bpay dearly\b|\bdealt with\b|\btoo late\b|\bwhat happens next\b|\b(?:not|cannot) be (?:held )?responsible\b",
        r"\bthird part(?:y|ies)\b|\b(?:recovery|collection|enforcement) (?:agenc(?:y|ies)|agents?|team|officers?|squad)\b|\bshut you down\b|\bruin\w*|\bpunish\w*|\blibation\b|\bunpleasant\b|\b(?:find|watch|watching|follow|following) you\b|\btake (?:\w+ ){0,3}(?:action|steps|measures|possession)\b",
        r"\bpeople who (?:handle|deal|know)\b",
        r"\bor else\b", r"\b(?:you(?:'ll| will| shall| are going to)?|live to) (?:be sorry|regret)\b", r"\bregret (?:it|this)\b",
        r"\b(?:serious|severe|dire|grave|unpleasant|further|the|face|other|certain) consequences?\b", r"\bconsequences will\b",
        r"\b(?:we|i) know where (?:you|your)\b", r"\b(?:teach you a lesson|(?:will|shall|going to) deal with you|come for you|coming for you|hunt you|harm|hurt you|beat(?:en)?|violence|violent|macho ?men|land ?guards?|thugs?)\b",
        r"\b(?:send|sending|sent) (?:our |some |the |strong )?(?:men|boys|guys|people|agents|collectors) to\b",
        r"\b(?:seiz(?:e|ed|ing|ure)|confiscat\w+|repossess\w*|auction\w*|(?:lock up|close down|shut down) your|padlock|take (?:away )?your (?:goods|stock|shop|store|property|car|house|things|belongings))\b",
        r"\bthreat(?:en\w*)?s?\b", r"\bwarn(?:ing|ed)? you\b|\b(?:final|last|this is a) warning\b", r"\bwatch (?:yourself|your back|out)\b", r"\bwithout mercy\b|\bno mercy\b",
        r"\bdebt (?:collectors?|collection (?:agency|agencies|agents?|firm))\b|\bcollection agenc(?:y|ies)\b",
        r"\b(?:curs(?:e|ed|es|ing)|juju|duabo|antoa|shrine|deit(?:y|ies)|fetish|the gods|invoke)\b",
        r"\b(?:pay (?:now|up)|immediately) or\b",
    ),
    "shame": (
        r"\bneighbou?rhood\b|\bpeople like you\b|\bhow (?:can|could|dare) you\b|\bwhat you (?:did|are|have done)\b|\brecorded (?:our|the|your|this) (?:call|voice|talk)\b|\brecordings?\b|\b(?:on|to) (?:\w+ )?fm\b|\bposters?\b|\b(?:mother|father)\b",
        r"\bpublish\w*|\byou people\b|\bmeeting of\b|\b(?:traders|association|church) meeting\b",
        r"\bspread (?:the )?word\b|\bkind of person\b|\bserious person\b|\bin-?laws\b|\bassociation\b",
        r"\b(?:sham(?:e|ed|ing|eful)|disgrac\w+|embarrass\w*|humiliat\w+|expos(?:e|ed|ing) you|ridicule|scandal|bad name|ruin your|destroy your|damage your|your reputation|you (?:will|would|shall) lose face|good name)\b",
        r"\b(?:black ?list\w*|name and shame|naming|credit bureau|defaulters? list|list of (?:bad )?debtors)\b",
        rf"\b(?:tell|inform|notify|contact|call|let|alert|announce to|speak to|talk to|visit) (?:all )?(?:your |the |our )?(?:own )?(?:\w+ )?{_WHO}\b",
        rf"\b{_WHO} (?:will|would|shall|must|should|may|might|is going to|are going to) (?:all )?(?:soon )?(?:know|hear|learn|see|find out|be told|be informed)\b",
        r"\b(?:post|publish|share|display|put|paste|announce|broadcast|circulat\w+)\b[^.!?\n]{0,40}\b(?:your (?:name|picture|photo|debt|details|account)|facebook|whatsapp (?:status|group)|social media|radio|notice ?board|newspaper|online|public(?:ly)?|tiktok)\b",
        r"\bgo(?:ing)? public\b", r"\bin public\b", r"\bpublicly\b",
    ),
    "charges": (
        r"\b(?:add|adds|adding|charge|charges)\b[^.!?\n]{0,40}\b(?:each|every|per|a) (?:day|week|month)\b",
        r"\badded (?:for|on) (?:every|each)\b|\bevery late\b",
        r"\bfees?\b|\bcharge[ds]?\b(?<!in charge)|\bcharging\b|\b(?:extra|additional) \d|\bpercent (?:will|shall) be added\b|\bowe (?:us )?more\b",
        r"(?<!best )(?<!your )(?<!mutual )(?<!our )\binterest\b(?! in\b)", r"\binterest (?:rates?|charges?|fees?|of|at|on|per|will|shall|is|accru\w*)\b", r"\bpenalt(?:y|ies)\b", r"\bpenali[sz]e\w*", r"\bsurcharges?\b",
        r"\b(?:late|overdue|administrative|administration|collection|recovery|processing|default|reminder)(?: payment)? (?:fees?|charges?|costs?)\b",
        r"\b(?:extra|additional|further|added) (?:fees?|charges?|costs?|amounts?|money)\b", r"\b(?:a fine|fined|fines)\b", r"\bcompensation\b|\bdamages\b",
        r"\b(?:amount|balance|debt|sum|bill) (?:will|shall|is going to|would) (?:grow|increase|rise|go up|double)\b",
        r"\bpercent (?:per|a|each|every) (?:day|week|month)\b|% (?:per|a|each|every) (?:day|week|month)\b",
    ),
    "insult": (
        r"\b(?:thie(?:f|ves)|steal(?:ing)?|stolen|fraud\w*|crooks?|cheat(?:s|ed|ing|er)?|liars?|lying|lied|dishonest\w*|untrustworthy|irresponsible|shameless|useless|lazy|stupid|foolish|fools?|deadbeat|greedy|wicked|bad (?:person|debtor|payer)|chronic debtor|defaulter|scam\w*)\b",
    ),
    "already taken": (
        r"\b(?:have|has|had|was|were|is|are|been|already)\b[^.!?\n]{0,40}\b(?:filed|lodged|instituted|commenced|initiated|begun|started|referred|handed (?:over|to)|passed (?:on )?to|instructed|engaged|appointed|escalated to|reported to|transferred to|taken)\b[^.!?\n]{0,60}\b(?:action|proceedings?|case|claim|recovery|agents?|agency|collectors?|counsel|formal|third part(?:y|ies)|external)\b",
        r"\b(?:action|proceedings?|formal recovery(?: steps)?|recovery) (?:has|have|had|was|were|is|are) (?:already |now |been )*(?:begun|started|commenced|taken|under ?way|initiated|instituted|filed|in progress)\b",
        r"\b(?:your|the|this) (?:case|file|matter|account|debt) (?:has been|was|is|have been|is now|is already|is being) (?:now |already |being )?(?:referred|handed|passed|forwarded|transferred|assigned|with)\b",
        r"\bformal recovery(?: steps)?[^.!?\n]{0,20}\b(?:already|have begun|has begun|began|started)\b",
    ),
}  # fmt: skip
_OWN_NOUNS = r"(?:acceptance|accounts?|answer|attention|balance|books|business(?:es)?|call|cash|circumstances|company|confidence|contact|convenience|co-?operation|custom|day|debt|decision|deliver(?:y|ies)|disposal|efforts?|end|enterprise|feedback|goodwill|health|help|household|instal?lments?|interest|invoices?|kindness|letter|loyalty|message|mind|needs|note|number|orders?|own|part|partnership|patience|payments?|people|plans?|position|proposals?|purchases?|questions?|reasons?|receipts?|records?|relationship|reply|response|sales|satisfaction|season|shop|side|situation|statement|store|suggestions?|supplier|supplies|support|team|time|trade|trust|understanding|views?|visit|week|whole|wishes|words?)"
_QUALITIES = r"(?:(?:kind|prompt|continued|next|usual|early|earliest|valued|good|own|full|entire|overdue|outstanding|remaining|last|latest|recent|current|past|long|open|written|mutual|best|much|faithful|regular|friendly|new|first|second|third|final|earlier|credit|bank|mobile|momo|money|monthly|weekly) )*"
"""What of the customer's a letter may speak of doing something with."""
_DEEDS = r"(?:much|very|really|also|now|not|never|of|simply|personally|accept|acknowledge|adjust|agree|all|always|answer|appreciate|apply|arrange|ask|assume|be|both|call|check|clear|close|come|confirm|consider|contact|continue|correct|count|discuss|do|draw|enjoy|expect|find|follow|get|give|gladly|go|grateful|happily|have|hear|help|hold|hope|invite|keep|kindly|know|like|listen|look|love|make|meet|need|note|offer|only|open|ourselves|pause|pay|plan|prefer|prepare|propose|provide|rather|reach|receive|reconcile|record|regret|remain|remind|reply|request|require|respect|restock|resume|review|see|sell|send|serve|settle|share|sit|soon|speak|still|stop|supply|support|take|talk|thank|then|therefore|together|treat|trust|try|understand|update|use|value|visit|wait|welcome|wish|work|write)"
"""What the writer may announce to do."""
_MODAL = r"(?:'ll| will| shall| would| may| might| must| can| could| are going to| intend to| plan to| reserve the right to| have to| will have to| may have to)"
_DOERS = frozenset(
    re.findall(
        r"\w+",
        "we i you it this that which there our us payment payments plan plans balance amount amounts invoice invoices "
        "account accounts receipt receipts letter team office shop store manager colleague order orders instalment "
        "instalments installment installments rest sum sums each both all nothing reply answer days day date message visit "
        "call word credit what matter settlement agreement money transfer first last second business relationship "
        "statement proposal acceptance goods",
    )
)
"""Whose doing a letter may announce: one of these words, or a placeholder, must stand before `will`."""
_WILL = re.compile(
    r"(?:^|[,;:.!?()\n]|\b(?:and|but|so|if|when|until|once|or|because)\b)([^,;:.!?()\n]*?)(?:'ll| will| shall)\b"
)
_ANNOUNCED = re.compile(
    rf"\b(?:we|i|our \w+){_MODAL} (?:(?:also|always|now|not|never|then|therefore|of course|simply|personally|soon|both|much|very much|really) )*(?!{_DEEDS}\b)[a-z]+"
    rf"|\b(?:we|i|our \w+){_MODAL}\b[^.!?\n]{{0,80}}\byour (?!{_QUALITIES}{_OWN_NOUNS}\b)[a-z-]+"
    r"|\b(?:we|i)(?:'ll| will| shall) come (?:to|for|and|with)\b(?! (?:an?|terms|some) )"
    rf"|\byour (?!{_QUALITIES}{_OWN_NOUNS}\b)(?!famil(?:y|ies)\b[^.!?\n]{{0,40}}\bwell\b|family,? (?:and )?your\b)[a-z-]+"
    r"|\byou(?:'ll| will| shall) (?!(?:(?:also|always|then|kindly|still|surely|certainly|only) )*(?:agree|be (?:able|glad|happy|pleased|welcome)|clear|find|get|have|hear|know|let|need|notice|pay|receive|see|settle|tell|understand)\b)[a-z]+"
    r"|\b(?:nobody|no one|everyone|everybody|people|others|they|the whole \w+|other \w+|god|gods|fire|ogya)(?: in \w+)?(?:'ll| will| shall| may| might)\b"
)
"""Announcements beyond what a respectful letter needs: deeds, things of the customer's, fates, and other people's doings."""
_READ = {meaning: re.compile("|".join(patterns)) for meaning, patterns in _MEANINGS.items()}
_FORMAL = re.compile(r"\bformal (?:recovery|collection|demand)\b|\bwrite[- ]?off\b")
_TAKEN = re.compile("|".join(_MEANINGS["already taken"]))
_LOOKALIKES = str.maketrans("аеіорсухѕԁһοαι0134@$5€|", "aeiopcyxsdhoaioleaasse" + "l")
_SPACED = re.compile(r"\b(?:[a-z][ ._*-]){3,}[a-z]\b")
_SPLIT = re.compile(r"(?<=[a-z])[.*_·](?=[a-z])")


def pressure_in(text: str, allowed: Iterable[str] = ()) -> list[str]:
    """Return the words of a text that press, as `meaning: words`; `allowed` names meanings that may stand."""
    found = _found(text)
    free = frozenset(allowed)
    return [f"{meaning}: {words}" for meaning, words in found if meaning not in free]


def announcements_in(text: str) -> list[str]:
    """Return what a letter announces beyond payment and talk, whatever the words: for texts that a customer reads."""
    form = _unmasked(text)[0]
    found = [match[0] for match in _ANNOUNCED.finditer(form)]
    found += [
        match[0].strip()
        for match in _WILL.finditer(form)
        if match[1].strip() and "<" not in match[1] and _DOERS.isdisjoint(re.findall(r"[a-z]+", match[1]))
    ]
    return [f"announcement: {words}" for words in found]


def formal_words_in(text: str) -> list[str]:
    """Return the words that announce a formal step; they belong into a formal final notice only."""
    return [match[0] for match in _FORMAL.finditer(_unmasked(text)[0])]


def claims_step_taken(text: str) -> bool:
    """Return whether a text says that a formal or legal step has been taken already."""
    return any(_TAKEN.search(form) for form in _unmasked(text))


@lru_cache(maxsize=256)
def _found(text: str) -> tuple[tuple[str, str], ...]:
    forms = _unmasked(text)
    return tuple(
        (meaning, match[0])
        for meaning, pattern in _READ.items()
        if (match := next((m for form in forms if (m := pattern.search(form))), None))
    )


def _unmasked(text: str) -> tuple[str, ...]:
    """Return the text in small plain letters, and again with look-alikes and split letters undone if there are any."""
    plain = unicodedata.normalize("NFKD", text).lower().replace("\u2019", "'")
    plain = "".join(c for c in plain if not unicodedata.combining(c) and unicodedata.category(c) != "Cf")
    mended = _SPLIT.sub("", plain.translate(_LOOKALIKES))
    mended = _SPACED.sub(lambda m: re.sub(r"[ ._*-]", "", m[0]), mended)
    return (plain,) if mended == plain else (plain, mended)
