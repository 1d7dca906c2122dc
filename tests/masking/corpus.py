"""Fresh labelled texts for the masking tests: own names, own sentences, own disguises. Every draw is reproducible.

A `Sample` holds a text, the values that must not survive it, and the strings that must.
"""

import base64
import html
import random
import urllib.parse
from collections.abc import Callable, Iterator
from dataclasses import dataclass

LISTED_FIRST = "Kwabena Efua Akosua Selorm Fuseini Rahinatu Chinedu Adwoa Edem Mariama Ebenezer Nhyira Papa Kwaku Emmanuella Yakubu".split()
LISTED_LAST = "Boateng Agyekum Tagoe Dzokoto Abdulai Nwosu Quartey Ampofo Lartey Kpodo Alhassan Okonkwo Wiredu Antwi".split()
WORD_FIRST = "Grace Mercy Patience Comfort Blessing Joy Gift Prince Emerald Charity Faith Precious Bright Peace Hope Godfred".split()
ONSETS = "b bl d dz f g gb gy h hw j k kp kw l m mf n ny p r s t ts v w y z".split()
VOWELS = "a e i o u aa ei ia".split()
CODAS = ["", "", "", "n", "m", "r", "k", "sh"]
TITLES = "Mr. Mrs Madam Alhaji Hajia Pastor Auntie Uncle Dr.".split()
SHOPS = ["Ventures", "Enterprise", "Cold Store", "Trading", "& Sons", "Ltd", "Company Limited", "Pharmacy"]
SHOP_WORDS = ["Golden Gate", "Morning Dew", "Nyankonton", "Hope and Glory", "Blue Lagoon", "Adom Wura", "Star of the East", "Unity"]


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
        f"+233 (0) {a} {b} {c}", f"00233 {a} {b} {c}", f"233{digits}", digits, f"(0{a}) {b}-{c}", " ".join("0" + digits),
        f"0{a}/{b}/{c}", f"(+233) {a} {b} {c}", f"0{a} {digits[2:4]} {digits[4:6]} {digits[6:]}",
    ]  # fmt: skip
    return r.choice(shapes)


def spoken(r: random.Random) -> str:
    words = "zero one two three four five six seven eight nine".split()
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
    return r.choice((number, " ".join(number[i : i + 4] for i in range(0, 16, 4)), "-".join(number[i : i + 4] for i in range(0, 16, 4))))


def email(r: random.Random) -> str:
    first, last = unlisted_name(r).lower(), r.choice(LISTED_LAST).lower()
    return r.choice((f"{first}.{last}", f"{first}{r.randrange(99)}", f"{last}_{first}+pos")) + r.choice(("@gmail.com", "@shop.com.gh", "@mail.example.org"))


CODES: dict[str, Callable[[random.Random], str]] = {
    "ghana card": lambda r: f"GHA-{_digits(r, 9)}-{_digits(r, 1)}",
    "ghana card bare": lambda r: f"GHA{_digits(r, 10)}",
    "tin": lambda r: f"{r.choice('PCGQV')}00{_digits(r, 8)}",
    "ssnit": lambda r: f"{r.choice('ABCDEFH')}{_digits(r, 12)}",
    "passport": lambda r: f"G{_digits(r, 7)}",
    "digital address": lambda r: f"{r.choice(('GA', 'AK', 'WS', 'CC', 'ER', 'VH', 'NT', 'GD'))}-{_digits(r, 3)}-{_digits(r, 4)}",
    "plate": lambda r: f"{r.choice(('GR', 'GT', 'AS', 'WR', 'NR', 'GN'))} {r.randrange(100, 9999)}-{r.randrange(10, 26)}",
    "card": card,
    "email": email,
    "ip": lambda r: ".".join(str(r.randrange(11, 255)) for _ in range(4)),
    "key": lambda r: r.choice(("sk_live_", "ghp_", "pk_test_")) + _letters(r, 28),
    "box": lambda r: f"P.O. Box {r.choice(('KS', 'GP', 'CT'))} {r.randrange(100, 9999)}",
    "street": lambda r: f"{r.choice(('House No.', 'Plot', 'H/No.'))} {r.randrange(2, 300)} {unlisted_name(r)} {r.choice(('Street', 'Avenue', 'Lane'))}",
    "link": lambda r: f"https://pos.example.com/r?token={_letters(r, 24)}",
    "spoken": spoken,
}

PERSON_LINES = [
    "{name} came for two bags of rice and will pay on Friday", "please remind {name} about the balance of GHS 450.00",
    "the boy {name} sent says the fridge is faulty", "{name} owes GHS 1,250", "I gave {name} credit of GHS 300 till month end",
    "{name} dey owe we since last week, e no wan pay", "is {name} still on the 30 day terms?", "sold 4 cartons of milk to {name} yesterday",
    "{name}, {phone}, two crates of malt", "who approved the discount for {name}?", "deliver to {name} at Kaneshie before 5pm",
    "{title} {name} wants a receipt for invoice INV-2026-00812", "call {name} on {phone} about the invoice", "{name} de ka no bɛtua ɔkyena",
    "Customer: {name}\nPhone: {phone}\nBalance: GHS 90.00", "name,phone,balance\n{name},{phone},120.00", "as {name} explained, the goods were short by 3 pieces",
    "[12/10/2026, 09:14] {name}: pls is the cement in stock?", '{{"customer":"{name}","mobile":"{phone}","qty":4}}',
    "payment of GHS 55.00 received from {name} {phone}. Ref 48213377120", "{name}'s account is 12 days overdue", "Dear {name}, your order is ready",
]  # fmt: skip
CODE_LINES = [
    "my number is {value}, send am there", "we have {value} on file, is it right?", "update the record to {value} please", "{value} - check this one",
    "customer gave {value}; balance GHS 77.50", "see {value} and confirm before Tuesday", '{{"ref":"INV-2026-118","detail":"{value}"}}',
]  # fmt: skip
SHOP_LINES = ["{name} has not settled ORD-2026-4410", "invoice to {name}, GHS 3,400.00", "we buy from {name} every month", "goods from {name} came late"]
CLEAN_LINES = [
    "How many bags of rice did we sell last week compared with the week before?", "Which products are out of stock at the Spintex branch?",
    "Receivables over 60 days rose by 12.5% to GHS 48,230.00; collections are slowing.", "Restock Frytol 1L, Indomie Chicken 70g and Milo 400g before Thursday.",
    "The grace period ends on 30 June; after that a late fee of 2% applies.", "Peace of mind for our customers is worth the extra cost.",
    "Is the VAT on POS receipts 15% or 20%? GRA changed it.", "MoMo payments failed twice, the reference was 99120348812.", "Show me top-selling SKUs by gross margin, year-on-year.",
    "Customers prefer the 5kg pack over the 25kg bag when prices rise.", "Abeg make una restock sachet water, e don finish since morning.", "Mepa wo kyɛw, rice no boɔ yɛ sɛn?",
    "Wo wɔ sika a, tua seesei.", "Please prioritise colour-coded labels, and organise the catalogue by category.", "Cash flow forecast: 30 days GHS 12,000, 60 days GHS 25,500, 90 days GHS 31,250.",
    "Batch LOT-88213, 40 pcs, expires 2027-03-31, barcode 6001240100035.", "Mark up the wholesale price by 8% and bill the branch at Takoradi.", "Will the offer last till Sunday or only on Saturday?",
    "We hope to win new customers with the promise of free delivery.", "Sales dipped on Monday, recovered on Wednesday and peaked on Friday.", "Segment: At Risk, Champions, Loyal, Hibernating, About to Sleep, Can't Lose Them",
    "Return policy: unopened items within 14 days with proof of purchase.", "The printer at till 3 is jammed and the drawer will not open.", "Suppliers quoted GHS 310 per carton ex-works, lead time 7 days.",
    "Increase the reorder point for Peak Milk 160g to 48 cartons.", "Joy Soap and Princess Slippers sold out; Angel Cola 500ml is slow-moving.", "The forecast's MAPE is 14.2% and the bias is small.",
    "Your order ORD-2026-88120 has been shipped and should arrive in 2-3 working days.", "Refunds above GHS 500.00 need a manager's approval; voids are logged.", "Overstocked categories: cosmetics, stationery, toiletries and beverages.",
    "Medaase, me hia emo kakra ne ngo.", "Weekly summary: revenue up 4%, basket size down 1.2%, footfall flat.", "Do you have the HDMI cable 1.8m, the USB-C charger and the 32\" LED TV?",
    "Write-offs, chargebacks and instalment plans are handled by head office.", "Thank you for shopping with us. Goods sold are not returnable. VAT No. applies.", "Price per litre, per metre or per kilogramme?",
    "The customer was charged twice; kindly reverse one transaction.", "Delivery to Kumasi, Tamale, Cape Coast and Bolgatanga takes two days.", "Compare Q3 2025 with Q3 2026 by branch: Osu, Madina, Makola.",
    "e no get change, so I give am credit small", "dis generator dey consume fuel too much", "Yɛn adwuma yɛ adeɛ bebree, enti yɛhia mmoa.", "Login with two-factor authentication; the session expires after 15 minutes.",
    "Payment terms: net 30, 2/10 early-settlement discount.", "Dead stock ties up working capital; bundle it with fast movers.", "Stock count variance: -3 on paint brushes, +2 on PVC pipes.",
    "Ramadan and Christmas demand peaks need a safety stock of two weeks.", "Gift cards, loyalty points and vouchers cannot be combined.", "Sunlight detergent 1kg is GHS 38.50; Omo is dearer.",
]  # fmt: skip


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
    makers = [_person_sample, _person_sample, _word_sample, _code_sample, _disguised_sample, _shop_sample, _clean_sample, _clean_sample, _chat_sample]
    for _ in range(count):
        yield r.choice(makers)(r)


def _person_sample(r: random.Random) -> Sample:
    name, number = cased(r, person(r)), phone(r)
    line = r.choice(PERSON_LINES)
    text = line.format(name=name, phone=number, title=r.choice(TITLES))
    return Sample("person", text, (name, number) if "{phone}" in line else (name,), tuple(w for w in ("GHS 450.00", "Friday", "Kaneshie", "INV-2026-00812") if w in text))


def _word_sample(r: random.Random) -> Sample:
    name = r.choice(WORD_FIRST[:-1])
    full = r.choice((f"{name} {r.choice(LISTED_LAST)}", f"{name} {unlisted_name(r)}", f"{r.choice(LISTED_FIRST)} {name}"))
    lines = [f"{r.choice(TITLES)} {name} wants a refund", f"tell {name} to pick the goods", f"{full} paid GHS 20", f"call {full} today", f"{name} owes GHS 64.00", f"{name}: pls confirm my order\nShop: yes, ready"]
    text = r.choice(lines)
    return Sample("word-like name", text, (full if full in text else name,))


def _code_sample(r: random.Random) -> Sample:
    kind = r.choice(list(CODES))
    value = CODES[kind](r)
    return Sample(kind, r.choice(CODE_LINES).format(value=value), (value,))


def _disguised_sample(r: random.Random) -> Sample:
    value = r.choice((f"{r.choice(LISTED_FIRST)} {r.choice(LISTED_LAST)}", f"{unlisted_name(r)} {r.choice(LISTED_LAST)}", phone(r), f"GHA-{_digits(r, 9)}-1"))
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
