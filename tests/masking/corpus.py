"""Fresh labelled texts for the masking tests: own names, own sentences, own disguises. Every draw is reproducible.

A `Sample` holds a text, the values that must not survive it, and the strings that must.
"""

import base64
import html
import random
import urllib.parse
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.masking.corpus_lines import CLEAN_LINES, CODE_LINES, PERSON_LINES, SHOP_LINES

LISTED_FIRST = [
    "Kwabena",
    "Efua",
    "Akosua",
    "Selorm",
    "Fuseini",
    "Rahinatu",
    "Chinedu",
    "Adwoa",
    "Edem",
    "Mariama",
    "Ebenezer",
    "Nhyira",
    "Papa",
    "Kwaku",
    "Emmanuella",
    "Yakubu",
]
LISTED_LAST = [
    "Boateng",
    "Agyekum",
    "Tagoe",
    "Dzokoto",
    "Abdulai",
    "Nwosu",
    "Quartey",
    "Ampofo",
    "Lartey",
    "Kpodo",
    "Alhassan",
    "Okonkwo",
    "Wiredu",
    "Antwi",
]
WORD_FIRST = [
    "Grace",
    "Mercy",
    "Patience",
    "Comfort",
    "Blessing",
    "Joy",
    "Gift",
    "Prince",
    "Emerald",
    "Charity",
    "Faith",
    "Precious",
    "Bright",
    "Peace",
    "Hope",
    "Godfred",
]
ONSETS = [
    "b",
    "bl",
    "d",
    "dz",
    "f",
    "g",
    "gb",
    "gy",
    "h",
    "hw",
    "j",
    "k",
    "kp",
    "kw",
    "l",
    "m",
    "mf",
    "n",
    "ny",
    "p",
    "r",
    "s",
    "t",
    "ts",
    "v",
    "w",
    "y",
    "z",
]
VOWELS = ["a", "e", "i", "o", "u", "aa", "ei", "ia"]
CODAS = ["", "", "", "n", "m", "r", "k", "sh"]
TITLES = ["Mr.", "Mrs", "Madam", "Alhaji", "Hajia", "Pastor", "Auntie", "Uncle", "Dr."]
SHOPS = ["Ventures", "Enterprise", "Cold Store", "Trading", "& Sons", "Ltd", "Company Limited", "Pharmacy"]
SHOP_WORDS = [
    "Golden Gate",
    "Morning Dew",
    "Nyankonton",
    "Hope and Glory",
    "Blue Lagoon",
    "Adom Wura",
    "Star of the East",
    "Unity",
]


@dataclass(frozen=True)
class Sample:
    """`secret` values must leave no identifying part behind; `kept` strings must survive word for word."""

    kind: str
    text: str
    secret: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()


def unlisted_name(r: random.Random) -> str:
    """Return a made-up name of two or three syllables that no list holds."""
    syllables = [r.choice(ONSETS) + r.choice(VOWELS) for _ in range(r.choice((2, 3, 3)))]
    return ("".join(syllables) + r.choice(CODAS)).capitalize()


def person(r: random.Random) -> str:
    """Return a full name, listed or not, in one of the usual shapes."""
    first = r.choice((r.choice(LISTED_FIRST), unlisted_name(r), r.choice(WORD_FIRST)))
    last = r.choice((r.choice(LISTED_LAST), unlisted_name(r), f"{r.choice(LISTED_LAST)}-{unlisted_name(r)}"))
    shape = r.randrange(4)
    if shape == 0:
        return f"{first} {r.choice('ABEKNOS')}. {last}"
    return f"{first} {unlisted_name(r)} {last}" if shape == 1 else f"{first} {last}"


def cased(r: random.Random, name: str) -> str:
    return r.choice((name, name, name.upper(), name.lower()))


def phone(r: random.Random) -> str:
    """Return a Ghanaian number in one of the shapes people write."""
    digits = r.choice(("20", "24", "26", "27", "50", "53", "54", "55", "59")) + "".join(r.choices("0123456789", k=7))
    a, b, c = digits[:2], digits[2:5], digits[5:]
    shapes = [
        f"0{digits}", f"0{a} {b} {c}", f"0{a}-{b}-{c}", f"0{a}.{b}.{c}", f"+233{digits}", f"+233 {a} {b} {c}",
        f"+233 (0) {a} {b} {c}", f"00233 {a} {b} {c}", f"233{digits}", digits, f"(0{a}) {b}-{c}",
        " ".join("0" + digits),
        f"0{a}/{b}/{c}", f"(+233) {a} {b} {c}", f"0{a} {digits[2:4]} {digits[4:6]} {digits[6:]}",
    ]  # fmt: skip
    return r.choice(shapes)


def spoken(r: random.Random) -> str:
    words = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
    return "zero two four " + " ".join(r.choice(words) for _ in range(7))


def _digits(r: random.Random, count: int) -> str:
    return "".join(r.choices("0123456789", k=count))


def _letters(r: random.Random, count: int) -> str:
    return "".join(r.choices("abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789", k=count))


def card(r: random.Random) -> str:
    """Return a card number with a right check digit."""
    body = r.choice("45") + _digits(r, 14)
    total = sum(sum(divmod(int(d) * (2 - i % 2), 10)) for i, d in enumerate(body))
    number = body + str(-total % 10)
    return r.choice(
        (
            number,
            " ".join(number[i : i + 4] for i in range(0, 16, 4)),
            "-".join(number[i : i + 4] for i in range(0, 16, 4)),
        )
    )


def email(r: random.Random) -> str:
    first, last = unlisted_name(r).lower(), r.choice(LISTED_LAST).lower()
    return r.choice((f"{first}.{last}", f"{first}{r.randrange(99)}", f"{last}_{first}+pos")) + r.choice(
        ("@gmail.com", "@shop.com.gh", "@mail.example.org")
    )


def _street(r: random.Random) -> str:
    return f"{unlisted_name(r)} {r.choice(('Street', 'Avenue', 'Lane'))}"


CODES: dict[str, Callable[[random.Random], str]] = {
    "ghana card": lambda r: f"GHA-{_digits(r, 9)}-{_digits(r, 1)}",
    "ghana card bare": lambda r: f"GHA{_digits(r, 10)}",
    "tin": lambda r: f"{r.choice('PCGQV')}00{_digits(r, 8)}",
    "ssnit": lambda r: f"{r.choice('ABCDEFH')}{_digits(r, 12)}",
    "passport": lambda r: f"G{_digits(r, 7)}",
    "digital address": lambda r: (
        f"{r.choice(('GA', 'AK', 'WS', 'CC', 'ER', 'VH', 'NT', 'GD'))}-{_digits(r, 3)}-{_digits(r, 4)}"
    ),
    "plate": lambda r: (
        f"{r.choice(('GR', 'GT', 'AS', 'WR', 'NR', 'GN'))} {r.randrange(100, 9999)}-{r.randrange(10, 26)}"
    ),
    "card": card,
    "email": email,
    "ip": lambda r: ".".join(str(r.randrange(11, 255)) for _ in range(4)),
    "key": lambda r: r.choice(("sk_live_", "ghp_", "pk_test_")) + _letters(r, 28),
    "box": lambda r: f"P.O. Box {r.choice(('KS', 'GP', 'CT'))} {r.randrange(100, 9999)}",
    "street": lambda r: f"{r.choice(('House No.', 'Plot', 'H/No.'))} {r.randrange(2, 300)} {_street(r)}",
    "link": lambda r: f"https://pos.example.com/r?token={_letters(r, 24)}",
    "spoken": spoken,
}


def _plain(text: str, r: random.Random) -> str:
    return text


def _zero_width(text: str, r: random.Random) -> str:
    cut = r.randrange(1, max(2, len(text) - 1))
    return text[:cut] + r.choice("\u200b\u200d\u2060\u00ad") + text[cut:]


def _lookalike(text: str, r: random.Random) -> str:
    return text.translate(str.maketrans("aeopcxAEOPCX", "аеорсхАЕОРСХ"))


def _full_width(text: str, r: random.Random) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def _percent(text: str, r: random.Random) -> str:
    return urllib.parse.quote(text, safe="")


def _entities(text: str, r: random.Random) -> str:
    return "".join(f"&#{ord(c)};" if r.random() < 0.5 and c.isalnum() else html.escape(c) for c in text)


def _backslash(text: str, r: random.Random) -> str:
    return "".join(f"\\u{ord(c):04x}" if r.random() < 0.5 and c.isalnum() else c for c in text)


def _base64(text: str, r: random.Random) -> str:
    return base64.b64encode(text.encode()).decode()


def _tabs(text: str, r: random.Random) -> str:
    return text.replace(" ", "\t")


DISGUISES = [_zero_width, _lookalike, _full_width, _percent, _entities, _backslash, _base64, _tabs]


def samples(seed: int, count: int) -> Iterator[Sample]:
    """Yield `count` labelled texts of all kinds."""
    r = random.Random(seed)
    makers = [
        _person_sample,
        _person_sample,
        _word_sample,
        _code_sample,
        _disguised_sample,
        _shop_sample,
        _clean_sample,
        _clean_sample,
        _chat_sample,
    ]
    for _ in range(count):
        yield r.choice(makers)(r)


def _person_sample(r: random.Random) -> Sample:
    name, number = cased(r, person(r)), phone(r)
    line = r.choice(PERSON_LINES)
    text = line.format(name=name, phone=number, title=r.choice(TITLES))
    return Sample(
        "person",
        text,
        (name, number) if "{phone}" in line else (name,),
        tuple(w for w in ("GHS 450.00", "Friday", "Kaneshie", "INV-2026-00812") if w in text),
    )


def _word_sample(r: random.Random) -> Sample:
    name = r.choice(WORD_FIRST[:-1])
    full = r.choice(
        (f"{name} {r.choice(LISTED_LAST)}", f"{name} {unlisted_name(r)}", f"{r.choice(LISTED_FIRST)} {name}")
    )
    lines = [
        f"{r.choice(TITLES)} {name} wants a refund",
        f"tell {name} to pick the goods",
        f"{full} paid GHS 20",
        f"call {full} today",
        f"{name} owes GHS 64.00",
        f"{name}: pls confirm my order\nShop: yes, ready",
    ]
    text = r.choice(lines)
    return Sample("word-like name", text, (full if full in text else name,))


def _code_sample(r: random.Random) -> Sample:
    kind = r.choice(list(CODES))
    value = CODES[kind](r)
    return Sample(kind, r.choice(CODE_LINES).format(value=value), (value,))


def _disguised_sample(r: random.Random) -> Sample:
    value = r.choice(
        (
            f"{r.choice(LISTED_FIRST)} {r.choice(LISTED_LAST)}",
            f"{unlisted_name(r)} {r.choice(LISTED_LAST)}",
            phone(r),
            f"GHA-{_digits(r, 9)}-1",
        )
    )
    return Sample("disguised", f"please look at {r.choice(DISGUISES)(value, r)} for me", (value,))


def _shop_sample(r: random.Random) -> Sample:
    core = r.choice((r.choice(LISTED_LAST), unlisted_name(r), r.choice(SHOP_WORDS)))
    return Sample("business", r.choice(SHOP_LINES).format(name=f"{core} {r.choice(SHOPS)}"), (core,))


def _clean_sample(r: random.Random) -> Sample:
    text = " ".join(r.sample(CLEAN_LINES, r.choice((1, 1, 2))))
    return Sample("clean", text, (), (text,))


def _chat_sample(r: random.Random) -> Sample:
    parts = [r.choice((_person_sample, _word_sample, _code_sample, _clean_sample))(r) for _ in range(r.randrange(3, 7))]
    return Sample("chat", "\n".join(p.text for p in parts), tuple(s for p in parts for s in p.secret))
