"""The regular expressions of the extractor, compiled once. All of them read lower-cased text and run in linear time."""

import re

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)(?![^\W\d_])\.?"
)
_ORD = r"(?:st|nd|rd|th)?"
_YEAR = r"(?:,?[\s-]+(?P<Y>(?:19|20)\d\d)(?!\d|[.,]\d))?"
_NOT_LONGER = r"(?![\d]|[.,:/]\d|\s?%)"
CURRENCY = r"(?:ghs|gh₵|gh¢|ghc|gh\$|us\$|usd|ngn|eur|gbp|xof|cfa|kes|[₵¢$€£₦])"

_ISO_TIME = r"(?:[t\s][012]\d:[0-5]\d(?::\d\d(?:\.\d+)?)?(?:z|[+-]\d\d:?\d\d)?)?"
_GLUED_DIGIT = r"(?!['’]?[-_/\#]?\d)"
SCAN = re.compile(
    rf"""(?:(?!{_MONTH})[^\W\d_]++{_GLUED_DIGIT}|[\s,;:()!?'"%&]++)*+
    (?:
      (?P<iso>(?<![\d.,])(?:19|20)\d\d-(?:0[1-9]|1[0-2])(?:-[0-3]\d{_ISO_TIME})?(?![\d-]))
    | (?P<md>(?<![^\W_]){_MONTH}
        (?:[\s-]?\s?(?P<md_a>\d{{1,2}}){_ORD}(?:\s?[-–]\s?(?P<md_b>\d{{1,2}}){_ORD})?{_NOT_LONGER})?
        {_YEAR.replace("Y", "md_y")})
    | (?P<dm>(?<![\d.,])(?:(?P<dm_a>\d{{1,2}}){_ORD}\s?(?:[-–&]|to|and)\s?)?(?P<dm_b>\d{{1,2}}){_ORD}(?:\s+of)?[\s-]
        (?P<dm_m>{_MONTH}){_YEAR.replace("Y", "dm_y")})
    | (?P<dmy>(?<![\d.,])\d{{1,2}}(?P<sep>[/.-])\d{{1,2}}(?P=sep)(?:\d{{4}}|\d\d)(?![\d]))
    | (?P<clock>(?<![\d.,])\d{{1,2}}(?:[:.]\d\d\s?[ap]\.?m\b|:\d\d(?::\d\d)?(?!\d)|\s?[ap]\.?m\b))
    | (?P<uuid>[0-9a-f]{{8}}-(?:[0-9a-f]{{4}}-){{3}}[0-9a-f]{{12}}(?:-\d+)*)
    | (?P<phone>(?:\+\d{{1,3}}[\s-]?|(?<!\w)0)
        (?:\d\d[\s-]?\d{{3}}[\s-]?\d{{3,4}}|\d{{3}}[\s-]?\d{{3}}[\s-]?\d{{3}})(?!\d))
    | (?P<cur>(?<![^\W_]){CURRENCY}\.?\s?(?=[+\-−]?\s?\.?\d))
    | (?P<code>[^\W\d_]+(?:[-_/][^\W\d_]+){{0,3}}['’]?[-_/\#]?\d\w*(?:[-_/]\w+)*)
    | (?P<idiom>(?<!\d)24/7(?!\d)|(?<!\d)24/24(?!\d))
    | (?P<num>(?:\d{{1,3}}(?:[,\u00a0\u202f]\d{{3}})++(?!\d)|\d++)(?:\.\d+)?|(?<!\w)\.\d+|[½¼¾⅓⅔])
    | (?P<ph>\\?<\s*[a-z]+(?:(?:\\?_|[ -])[a-z]+)*(?:\\?_|[ -])\d+\s*\\?>)
    )?""",
    re.VERBOSE,
)
"""Matched again and again where the last match ended: plain words are skipped inside the expression, then one thing
with a digit in it, a month name or a placeholder is taken, if it stands there."""

UNIT = re.compile(
    r"(?P<glue>[^\W_]+)?"
    r"(?P<plus>\+)?(?:"
    r"[\s-]?(?P<pct>%|％|per\s?cent(?:age)?(?:\spoints?)?\b|percentage[\s-]points?\b|pp\b)"
    r"|[\s-]?(?P<cur>(?:ghs|gh₵|gh¢|ghc|cedis?|usd|dollars?|euros?|naira|pesewas?)\b|[₵¢$€£])(?!\.?\s?\d)"
    r"|\s?(?P<mult>[x×](?![^\W_]|\s?(?:[\d₵$]|gh))|-?fold\b)"
    r"|[\s-](?P<w1>[^\W\d_]+)(?:[\s-]+(?P<w2>[^\W\d_]+))?(?:[\s-]+(?P<w3>[^\W\d_]+))?"
    r")?"
)

CURRENCY_BEFORE = re.compile(rf"(?<![^\W_]){CURRENCY}\.?\s?$")

NUMBERED = re.compile(
    r"(?<![^\W\d_])(?:step|option|tip|phase|stage|part|section|point|priority|action|reason|idea|level|#)\s?#?$"
)
LIST_NUMBER = re.compile(r"\W*\(?\d{1,2}[.)](?:\s|$)")
ORDINAL_AS_DATE = re.compile(
    r"\s+(?:day\s+)?of\s+(?:each|every|the|this|next|last)\s+month|\s*(?:$|[.,;:!?)–-]|\s(?:and|or|to|at|for|if|each|every|by)\b)"
)
DAY_BEFORE = re.compile(r"\b(?:the|on|by|around|before|after|until|every)\s+$")
AND_A_HALF = re.compile(r"\s+and\s+a\s+half\b")
MULTIPLE_NEXT = re.compile(
    r"\s+(?:as\b|more\b|higher\b|larger\b|bigger\b|greater\b|above\b|over\b|faster\b|slower\b|lower\b|less\b|longer\b|"
    r"the\b|their\b|its\b|your\b|his\b|her\b|our\b|average\b|normal\b|usual\b|typical\b|monthly\b|weekly\b|daily\b|what\b|that\b|of\b)"
)
RANGE = re.compile(r"\s*(?:-|–|—|to|→|->|=>|/|(and|or|&))\s*")
COMPARED = re.compile(
    r",?\s+(?:up\s+|down\s+)?(?:against|versus|vs\.?|from|compared\s+(?:with|to)|instead\s+of|rather\s+than|not|after|and\s+not)\s+"
)
TIMES = re.compile(r"\s?times\b")
WORD = re.compile(r"[^\W\d_]+")
LINK = re.compile(r"https?://\S+|www\.\S+|[\w.+-]{1,64}@[\w-]{1,63}\.[\w.-]{1,63}")
