"""Forms that are not personal and must survive: amounts, dates, order ids, product codes; read second."""

from gateway.masking import readers
from gateway.masking.recogniser import PROTECT, Recogniser

_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)[a-z]*"
_CURRENCY = r"(?:\bgh[s\x03c$]|\x03|\busd|us\$|\$|\b(?:eur|gbp|ngn|cfa|xof|zar))"

SAFE = (
    Recogniser(
        "placeholder",
        PROTECT,
        1,
        r"<[A-Z][A-Z0-9_]{1,24}_[0-9]{1,5}>",
    ),
    Recogniser(
        "plain web address",
        PROTECT,
        1,
        r"\b(?:https?://|www\.)[^\s\"'<>\x1e]+",
    ),
    Recogniser(
        "uuid",
        PROTECT,
        1,
        r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b",
    ),
    Recogniser(
        "digest",
        PROTECT,
        1,
        r"\b[0-9a-f]{32,128}\b",
    ),
    Recogniser(
        "ISO date",
        PROTECT,
        1,
        r"\b(?:19|20)[0-9]{2}[\-/.](?:0?[1-9]|1[0-2])[\-/.](?:0?[1-9]|[12][0-9]"
        r"|3[01])(?:[T ][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?(?:Z|[+\-][0-9]{2}:?[0-9]{2})?)?\b",
    ),
    Recogniser(
        "date",
        PROTECT,
        1,
        r"\b(?:0?[1-9]|[12][0-9]|3[01])[\-/.](?:0?[1-9]|[12][0-9]|3[01])[\-/.](?:(?:19|20)[0-9]{2}"
        r"|[0-9]{2})\b",
        readers.date,
    ),
    Recogniser(
        "written date",
        PROTECT,
        1,
        rf"\b(?:[0-9]{{1,2}}(?:st|nd|rd|th)?[ \-]{_MONTH}(?:,?[ \-](?:19|20)[0-9]{{2}})?"
        rf"|{_MONTH}[ \-][0-9]{{1,2}}(?:st|nd|rd|th)?(?:,? (?:19|20)[0-9]{{2}})?|{_MONTH}[ \-](?:19"
        rf"|20)[0-9]{{2}})\b",
    ),
    Recogniser(
        "time",
        PROTECT,
        1,
        r"\b[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?: ?[ap]m)?\b",
    ),
    Recogniser(
        "amount",
        PROTECT,
        1,
        rf"{_CURRENCY}[ ]{{0,2}}[0-9][0-9,]*(?:\.[0-9]+)?[km]?\b",
        readers.amount,
    ),
    Recogniser(
        "amount with unit",
        PROTECT,
        1,
        r"\b[0-9][0-9,]*(?:\.[0-9]+)?[km]? ?(?:ghs|ghc|gh\x03|\x03|cedis?|ghana cedis?|pesewas?|%|percent)",
        readers.amount,
    ),
    Recogniser(
        "order id",
        PROTECT,
        1,
        r"\b(?:inv|ord|rec|crn|rcpt|txn|ref|lot|sku|itm|bat|ret|quo|sal|pay|grn|dn|po|so|do|wo|qt|pr|pi"
        r"|rf|tr|jn|je|sr|si)[\-/#][A-Z]{0,4}[\-/]?(?:[A-Z0-9]{2,10}[\-/])?[0-9]{2,12}\b",
    ),
    Recogniser(
        "long code",
        PROTECT,
        1,
        r"\b[A-Z]{3,8}-(?:[0-9]{2,8}|[A-Z0-9]{2,8}-[A-Z0-9]{2,10})(?:-[A-Z0-9]{1,10})?\b",
    ),
    Recogniser(
        "stock code",
        PROTECT,
        1,
        r"\b(?:[A-Z]{3,6}[0-9]{4,9}|[A-Z]{2}-[0-9]{3,6}-[A-Z]{2,3})\b",
    ),
    Recogniser(
        "barcode",
        PROTECT,
        1,
        r"\b[0-9]{13}\b",
        readers.product_code,
    ),
    Recogniser(
        "reference by cue",
        PROTECT,
        1,
        r"\b(?:order|invoice|inv|receipt|rcpt|txn|trx|trans|transaction|ref|reference|batch|lot|sku"
        r"|barcode|ean|upc|serial|imei|s/n|terminal|ticket|waybill|tracking|item|code|id|build|voucher"
        r"|cheque|model|qty)\b"
        r"(?:[ ]?(?:no|number|id|ref|code|num)\b)?[.:#= \t]{0,4}([A-Z0-9][A-Z0-9\-/]{2,40})",
        readers.with_digit_no_phone,
    ),
    Recogniser(
        "number sign",
        PROTECT,
        1,
        r"#[0-9]{1,12}\b",
    ),
    Recogniser(
        "version",
        PROTECT,
        1,
        r"\b(?:v|version |ver |android |ios |firmware |release )[0-9]{1,4}(?:\.[0-9]+){0,4}\b",
    ),
    Recogniser(
        "JSON number",
        PROTECT,
        1,
        r"\"[a-z0-9_ \-]{1,40}\\{0,3}\"[ ]?:[ ]?(-?[0-9]+(?:\.[0-9]+)?)[ \n\r\t]?[,}\]\n]",
        readers.json_number,
    ),
)
