"""When a version on trial is taken away: its figures against those of what everybody else has, by an exact test.

Counts of bad answers are compared by Fisher's exact test, one-sided, at one in a thousand: the watch looks every 15
seconds, and the sharper level keeps many looks from adding up to a false alarm. From the first look on, three bad
answers among at most ten are enough where the other version has none to speak of.
"""

from math import comb

from gateway.store.canaries import Figures

LEVEL = 0.001
FEW_CALLS = 10
FEW_BAD = 3
DEARER = 1.5
"""A version may cost at most this much more per call, once it was called often enough to tell."""
ENOUGH = 20
TURNED_AT_MOST = 20
"""One decision in this many may turn."""
BAD = (
    ("ungrounded", "answers with figures that are not in the records"),
    ("invalid", "answers that broke the rules of the prompt"),
    ("repaired", "answers that had to be asked for again"),
    ("errors", "errors"),
)


def why_halt(ours: Figures, theirs: Figures) -> str:
    """Return in a sentence why a canary must be taken away, empty when it need not."""
    for name, words in BAD:
        bad, other = getattr(ours, name), getattr(theirs, name)
        if worse(bad, ours.calls, other, theirs.calls):
            return (
                f"{bad} of {ours.calls} calls gave {words}; with the version before it was {other} of {theirs.calls}."
            )
    if ours.calls >= ENOUGH and theirs.calls >= ENOUGH:
        mine, usual = ours.cost / ours.calls, theirs.cost / theirs.calls
        if usual > 0 and mine > DEARER * usual:
            return f"A call costs {mine / usual:.1f} times what it cost with the version before."
    return ""


def why_turned(turned: int, compared: int) -> str:
    """Return why a canary must be taken away for the decisions it turns: more than one in twenty, and not by chance."""
    if turned < FEW_BAD or turned * TURNED_AT_MOST <= compared:
        return ""
    return f"{turned} of {compared} real requests would get another decision than with the version before."


def worse(bad: int, calls: int, other_bad: int, other_calls: int) -> bool:
    """Tell whether `bad` of `calls` is more than chance allows beside the other version's figures."""
    if bad < FEW_BAD:
        return False
    few_there = other_bad <= other_calls // 50
    if calls <= FEW_CALLS:
        return few_there and 2 * bad >= calls
    return chance(bad, calls, other_bad, max(other_calls, ENOUGH)) < LEVEL


def chance(bad: int, calls: int, other_bad: int, other_calls: int) -> float:
    """Return how likely at least `bad` of `calls` are if both versions fail equally often (Fisher, one-sided)."""
    total, all_bad = calls + other_calls, bad + other_bad
    whole = comb(total, calls)
    more = sum(comb(all_bad, n) * comb(total - all_bad, calls - n) for n in range(bad, min(all_bad, calls) + 1))
    return float(more / whole) if whole < 10**300 else more // (whole // 10**9) / 1e9
