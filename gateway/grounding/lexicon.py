"""The word tables of the grounding rules: number words, calendar names, units, countable things, directions."""

import re
from enum import IntEnum


def word_set(text: str) -> frozenset[str]:
    """Return the words of a table written as running text."""
    return frozenset(text.split())


_UP_TO_TWENTY = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
    sixteen seventeen eighteen nineteen twenty"""
CARDINALS = {word: value for value, word in enumerate(_UP_TO_TWENTY.split())} | {
    "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip

SCALES = {"dozen": 12, "hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
VAGUE = {"dozens": 12, "hundreds": 100, "thousands": 1_000, "millions": 1_000_000}
GLUED_SCALES = {"k": 1_000, "m": 1_000_000, "mn": 1_000_000, "bn": 1_000_000_000}

MULTIPLES = {
    "double": 2, "doubled": 2, "doubles": 2, "doubling": 2, "twice": 2, "twofold": 2,
    "triple": 3, "tripled": 3, "triples": 3, "tripling": 3, "thrice": 3, "threefold": 3, "treble": 3, "trebled": 3,
    "quadruple": 4, "quadrupled": 4, "fourfold": 4, "fivefold": 5, "tenfold": 10,
    "halved": 0.5, "halves": 0.5, "halving": 0.5,
}  # fmt: skip
FRACTIONS = {
    "half": 2,
    "third": 3,
    "thirds": 3,
    "quarter": 4,
    "quarters": 4,
    "fifth": 5,
    "fifths": 5,
    "tenth": 10,
    "tenths": 10,
}

_MONTH_NAMES = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
MONTHS = {name: n for n, name in enumerate(_MONTH_NAMES, 1)} | {name[:3]: n for n, name in enumerate(_MONTH_NAMES, 1)}
MONTHS["sept"] = 9

WEEKDAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
WEEKDAYS = {name.lower(): n for n, name in enumerate(WEEKDAY_NAMES)}
WEEKDAYS_PLURAL = {name + "s": n for name, n in WEEKDAYS.items()}
WEEKDAYS_SHORT = {name[:3]: n for name, n in WEEKDAYS.items()} | {"tues": 1, "thur": 3, "thurs": 3}

_DAYS = {
    1.0: "day days night nights", 7.0: "week weeks wk wks", 14.0: "fortnight fortnights",
    1 / 24: "hour hours hr hrs", 1 / 1440: "minute minutes min mins", 1 / 86400: "second seconds",
}  # fmt: skip
DAYS_PER_UNIT = {word: days for days, names in _DAYS.items() for word in names.split()}
_MONTHS = {1.0: "month months mth mths", 12.0: "year years yr yrs"}
MONTHS_PER_UNIT = {word: months for months, names in _MONTHS.items() for word in names.split()}

_MEASURES = """
    inch inches | kg kgs kilo kilos kilogram kilograms | g gram grams gm | mg | l litre litres liter liters ltr
    ml millilitre millilitres | cl | m metre metres meter meters | cm | mm | km | gb | tb | mb | w watt watts | kw kva
    v volt volts | mah | hz | ghz | mp megapixel megapixels | ft foot feet | yard yards | gallon gallons | oz
    lb lbs pounds | c °c
"""
MEASURES = {
    word: names.split()[0] for line in _MEASURES.splitlines() for names in line.split("|") for word in names.split()
}
"""Unit of measure in any spelling → its one spelling; the number before it is part of a product's description."""

_NOUNS = """
    customer client buyer shopper debtor account trader borrower retailer wholesaler
    invoice bill receivable
    order purchase transaction sale receipt basket checkout
    payment instalment installment repayment
    reminder message notice sms text email call follow-up letter
    product item sku article line
    unit piece pack box carton bag bottle tin crate sachet bar roll set bale litre
    employee cashier staff worker attendant
    store storefront shop branch outlet till
    supplier vendor
    refund return void cancellation
    alert warning signal flag
    factor reason
    category segment group
    review rating
"""


def _forms(word: str) -> tuple[str, str]:
    if word.endswith("y"):
        return word, word[:-1] + "ies"
    return word, word + ("es" if word.endswith(("x", "ch")) else "s")


NOUN_GROUPS = {
    form: line.split()[0]
    for line in _NOUNS.splitlines()
    if line.strip()
    for word in line.split()
    for form in _forms(word)
}
"""Countable thing, singular or plural → the first of its group: `3 clients` may be carried by `customers: 3`."""

UP, DOWN = 1, -1
BETTER, WORSE = 2, -2
_DIRECTIONS = {
    UP: """grew grow grows growing growth grown increased increase increases increasing rose rise rises rising
        risen up upward upwards higher climbed climb climbs climbing gained gain gains jumped jump jumps
        surged surge surges soared soar expanded expand strengthened lengthened accelerated exceeded above
        uptick upturn peaked picked doubled tripled quadrupled""",
    DOWN: """fell fall falls falling fallen declined decline declines declining dropped drop drops dropping
        decreased decrease decreases decreasing down downward downwards lower lowered reduced reduce reduces
        reduction shrank shrink shrinks shrunk slipped slip slips dipped dip dips plunged slumped slump sank
        slowed shortened contracted below downturn tumbled lost loss halved weakened cut""",
    BETTER: "improved improve improves improving improvement recovered",
    WORSE: "worsened worsen worsens worsening deteriorated deteriorate deteriorates deteriorating deterioration",
}
DIRECTIONS = {word: sign for sign, names in _DIRECTIONS.items() for word in names.split()}
STABLE_VALUES = frozenset({"stable", "flat", "unchanged", "steady"})

_CURRENCIES = {
    "GHS": "ghs gh₵ gh¢ ghc gh gh$ ₵ ¢ cedi cedis pesewa pesewas", "USD": "$ us$ usd dollar dollars",
    "EUR": "€ eur euro euros", "GBP": "£ gbp", "NGN": "₦ ngn naira", "XOF": "xof cfa", "KES": "kes",
}  # fmt: skip
CURRENCIES = {word: code for code, names in _CURRENCIES.items() for word in names.split()}
_CURRENCY_WORDS = {
    code: [
        (name, re.compile(rf"{name}(?<![a-z]{name})(?![a-z])") if name.isalpha() else None)
        for name in names.split()
        if name.isalpha() or len(name) == 1
    ]
    for code, names in _CURRENCIES.items()
}


def names_currency(low: str, code: str) -> bool:
    """Return whether a lower-cased text names a currency, by a word or a sign."""
    return any(
        name in low and (pattern is None or pattern.search(low) is not None)
        for name, pattern in _CURRENCY_WORDS.get(code, ())
    )


class Word(IntEnum):
    """What a word may start or be part of."""

    CARDINAL = 1
    SCALE = 2
    VAGUE = 3
    MULTIPLE = 4
    FRACTION = 5
    MONTH = 6
    WEEKDAY = 7
    DIRECTION = 8
    CLAIM = 9


class Kind:
    """What a figure or an evidence value measures, as bits.

    `ANY` is a value whose name says nothing: it may be cited as an amount, a percentage, a count or a score, but not as
    a duration or a multiple. `EVERY` is what a named derivation may be.

    Plain integers, because the index is built for every request and enum flags cost ten times as much to combine.
    """

    MONEY = 1
    PERCENT = 2
    COUNT = 4
    DAYS = 8
    MONTHS = 16
    RATIO = 32
    SCORE = 64
    ANY = 71
    EVERY = 127


CLAIM_WORDS = word_set("""
    market competitor competitors competition competing rivals industry sector economic economy recession
    downturn interest penalty penalties fee fees fine fines fined police court courts legal lawsuit lawsuits
    lawyer lawyers solicitor solicitors sue sued prosecute prosecuted prosecution arrest arrested bailiff
    bailiffs litigation warranty warranties guarantee guarantees guaranteed guaranteeing medical medically
    cure cures cured heals clinical clinically doctor doctors dermatologist dermatologically therapeutic
    disease diseases fda database similar businesses studies research survey surveys shops stores
    retailers companies traders statistics statistically experts nationwide across benchmark benchmarks
    rival ghana africa ghanaians country city region world town area people families households accra kumasi tema
    tamale takoradi neighbourhood neighborhood
""")

LEXICON: dict[str, tuple[Word, float, int]] = {}
"""Word → what it may start or be part of, its value, and the direction it names (0 for none)."""
for _kind, _table in (
    (Word.CLAIM, dict.fromkeys(CLAIM_WORDS, 0)),
    (Word.DIRECTION, DIRECTIONS),
    (Word.CARDINAL, CARDINALS),
    (Word.SCALE, SCALES),
    (Word.VAGUE, VAGUE),
    (Word.MULTIPLE, MULTIPLES),
    (Word.FRACTION, FRACTIONS),
    (Word.WEEKDAY, WEEKDAYS_SHORT | WEEKDAYS | WEEKDAYS_PLURAL),
    (Word.MONTH, MONTHS),
):
    LEXICON.update({_word: (_kind, _value, DIRECTIONS.get(_word, 0)) for _word, _value in _table.items()})

SIGNALS = frozenset(LEXICON) | {"within"}
"""Words that make a sentence worth a look; without one of them and without a digit it holds no figure and no claim."""

SIGNED_KEYS = word_set("""
    change delta growth trend diff difference variance impact effect lift movement mom yoy wow slope drift
""")
LOWER_IS_BETTER = word_set("""
    day days overdue default late lateness delay delays cost costs risk debt refund refunds return returns
    shrinkage loss losses void voids stockout stockouts outstanding arrears dso churn
""")
PERIODS = (
    dict.fromkeys(word_set("suggested proposed requested"), 4)
    | dict.fromkeys(word_set("current this now latest recent after new curr today"), 3)
    | dict.fromkeys(word_set("last past"), 2)
    | dict.fromkeys(word_set("previous prior before baseline old prev earlier ago"), 1)
)
"""Words in the name of a fact that say which of two periods it is about; the higher is the later one."""
