"""A figure: one number, date, weekday, time or id as it stands in a sentence."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import NamedTuple

from gateway.grounding.lexicon import Kind


class Form(StrEnum):
    """How a figure is written; the form decides what kind of evidence may carry it."""

    MONEY = "amount"
    PERCENT = "percentage"
    MULTIPLE = "multiple"
    FRACTION = "fraction"
    COUNT = "count"
    NUMBER = "number"
    VAGUE = "magnitude"
    DURATION = "duration"
    DATE = "date"
    MONTH_DAY = "day of month"
    YEAR = "year"
    WEEKDAY = "weekday"
    TIME = "time"
    ID = "id"
    SPEC = "specification"


class Approx(IntEnum):
    """The rounding word in front of a figure; OVER and UNDER must be true in direction."""

    NONE = 0
    ABOUT = 1
    OVER = 2
    UNDER = 3


KINDS = {
    Form.MONEY: Kind.MONEY,
    Form.PERCENT: Kind.PERCENT,
    Form.MULTIPLE: Kind.RATIO,
    Form.FRACTION: Kind.PERCENT,
    Form.COUNT: Kind.COUNT,
    Form.NUMBER: Kind.EVERY,
    Form.VAGUE: Kind.COUNT | Kind.MONEY,
}


@dataclass(slots=True)
class Figure:
    """`value` in the form's own unit (amount, percent, days or months); `step` is the last shown digit's worth.

    `unit` is the currency, the duration's base (`days`, `months`), the measure, or the counted noun's group; `day`,
    `month` and `year` are the parts a date shows, 0 for one it leaves out. `sign` is +1 or -1 only where one is
    written.
    """

    form: Form
    start: int
    end: int
    value: float = 0.0
    step: float = 1.0
    unit: str = ""
    sign: int = 0
    approx: Approx = Approx.NONE
    scaled: bool = False
    word: bool = False
    year: int = 0
    month: int = 0
    day: int = 0

    @property
    def kinds(self) -> int:
        """The evidence kinds that may carry this figure; none for dates, times and ids, which are looked up by text."""
        if self.form is Form.DURATION:
            return Kind.MONTHS if self.unit == "months" else Kind.DAYS
        if self.unit[:1] == "?":
            return Kind.COUNT | (Kind.RATIO if self.unit == "?time" else Kind.SCORE)
        return KINDS.get(self.form, 0)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something in a text that the evidence does not carry: what it is, where, and in which field of the answer.

    `start` and `end` count characters of the checked text. `text` is the masked figure: show it to people, never
    log it.
    """

    kind: str
    text: str
    start: int
    end: int
    reason: str = "not in the evidence"
    pointer: str = ""


class Verdict(NamedTuple):
    """`text` is what may be shown, empty when the sentence falls; `checked` counts the figures that were looked at."""

    text: str
    findings: tuple[Finding, ...] = ()
    checked: int = 0
    corrected: int = 0
