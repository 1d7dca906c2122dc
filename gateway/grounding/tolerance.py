"""When two numbers are the same: the tolerance of each form, and what a rounding word allows."""

from math import floor, log10

from gateway.grounding.figures import Approx, Figure, Form
from gateway.grounding.lexicon import Kind

AMOUNT_TOLERANCE = 0.005
POINTS_TOLERANCE = 0.6
MULTIPLE_TOLERANCE = 0.05
ROUNDING_BAND = 0.10
"""A rounded figure (`about`, `over`, `under`) may lie this share of the evidence value away from it, never more."""

_UNSAID_ROUNDING = 0.05
"""Without `about` a value may be rounded to the digits shown if that moves it by less: 13.1 to 13, not 2.7 to 3."""
_EPS = 1e-9


def close(figure: Figure, size: float, kinds: int = 0) -> bool:
    """Return whether the figure says `size`: equal within its form's tolerance, or rounded as its wording allows."""
    value, gap = figure.value, abs(figure.value - size)
    form, approx = figure.form, figure.approx
    if form is Form.MONEY or (form is Form.NUMBER and value >= 1000 and kinds & Kind.MONEY):
        near = gap <= min(AMOUNT_TOLERANCE * size, _shown(figure)) + _EPS or (
            figure.scaled and gap <= figure.step / 2 + _EPS
        )
        if (
            near
            and (approx is not Approx.OVER or size >= value - _EPS)
            and (approx is not Approx.UNDER or size <= value + _EPS)
        ):
            return True
        return bool(approx) and _about_amount(figure, size, gap)
    if form is Form.FRACTION and not approx:
        return gap <= 2.0
    if form is Form.PERCENT or form is Form.FRACTION:
        return gap <= POINTS_TOLERANCE + _EPS or (bool(approx) and _about_percent(figure, size, gap))
    if form is Form.MULTIPLE:
        return gap <= max(MULTIPLE_TOLERANCE, 0.01 * size) + _EPS or (
            bool(approx) and _about_multiple(figure, size, gap)
        )
    if gap <= _EPS * max(1.0, size) or _rounded(figure, size, gap):
        return True
    if approx is Approx.ABOUT and figure.value >= 10 and figure.value % 5 and not figure.scaled:
        return gap <= figure.step / 2 + _EPS  # about 26 is no rounding of 24
    return bool(approx) and gap <= ROUNDING_BAND * size + _EPS and _in_direction(figure, size)


def _about_percent(figure: Figure, size: float, gap: float) -> bool:
    """`about 45 %` may be a point off, `over` and `under` a tenth; a fraction five points, or ten on its side."""
    if figure.form is Form.FRACTION:
        least, most = (2.0, 5.0) if figure.approx is Approx.ABOUT else (4.0, 7.0)
        return _in_direction(figure, size) and gap <= min(most, max(least, 0.13 * figure.value))
    if figure.approx is Approx.ABOUT:
        return gap <= 1.0 + _EPS
    return _in_direction(figure, size) and gap <= max(1.0, ROUNDING_BAND * size)


def _about_multiple(figure: Figure, size: float, gap: float) -> bool:
    if gap > ROUNDING_BAND * size or not _in_direction(figure, size):
        return False
    return figure.approx is not Approx.ABOUT or gap <= figure.step / 2


def _shown(figure: Figure) -> float:
    """The worth of the last digit that is no zero: 88,500 may stand for 88,465.66, but 88,456 only for 88,456."""
    if figure.step < 1 or not figure.value:
        return figure.step
    worth = figure.step
    while worth < figure.value and figure.value % (worth * 10) < _EPS:
        worth *= 10
    return worth


def _rounded(figure: Figure, size: float, gap: float) -> bool:
    """A value with more digits than shown may be cut to the shown ones: 13.1 days as 13 days, 5,234 as 5.2k."""
    step = min(figure.step, 1.0) if figure.form is Form.DURATION else figure.step
    if gap > _UNSAID_ROUNDING * size:
        return False
    return gap <= step / 2 + _EPS and abs(size / step - round(size / step)) > 1e-6 and (size >= step or figure.scaled)


def _in_direction(figure: Figure, size: float) -> bool:
    """A figure moved by a rounding word is a round one, of two digits at most, and lies on the side the word says."""
    if figure.form is not Form.FRACTION and not _is_round(figure.value):
        return False
    if figure.approx is Approx.OVER:
        return size >= figure.value - _EPS
    return size <= figure.value + _EPS if figure.approx is Approx.UNDER else True


def _is_round(value: float) -> bool:
    return value == 0 or abs(round(value, 1 - floor(log10(value))) - value) <= _EPS * value


def _about_amount(figure: Figure, size: float, gap: float) -> bool:
    """A rounded amount: right in direction and in the band; plain `about` means the evidence at one or two digits."""
    if gap > ROUNDING_BAND * size or not _in_direction(figure, size):
        return False
    if figure.approx is not Approx.ABOUT:
        return True
    return any(abs(round(size, digits) - figure.value) <= _EPS for digits in _coarse(size))


def _coarse(size: float) -> tuple[int, int]:
    top = floor(log10(size)) if size > 0 else 0
    return 1 - top, -top
