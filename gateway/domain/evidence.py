"""What the code knows before a model is asked: facts, and the answer fields that only code may fill."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

Json = Any
"""A JSON value: None, bool, int, float, str, list or dict with text keys."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """The result of a feature's `gather()`: pure, deterministic, JSON all the way down.

    facts       what the prompt may show and a sentence may cite; true values, money as `"5200.00"` strings or numbers
    computed    answer fields owned by code, in the shape of the response body; they overwrite what a model says
    around      what code owns beside `computed`: the feature's `merge()` lays it around or into the words, such as the
                entries of a list that hold both, as `computed` replaces a list as a whole. Never shown to a model
    pii         JSON Pointer pattern into `facts` (`*` for any index or key) → x-pii type; every other string is scanned
    plain       pointer patterns of strings that hold no personal value: enums, dates, catalogue names, ids
    derived     named derivations a sentence may cite though they are no leaf of `facts` (name → number)
    as_of       the business-local day the answer speaks about
    n           how many records stand behind it; `excluded` how many were left out (other currency, after `as_of`)
    subjects    ids of the customers or users whose records were used, for erasure
    complete    all that was wanted of the records was read; what was cut short by a deadline is not kept
    settled     nothing is left to word (no records, a refusal): the rules answer at once, free and not degraded
    """

    facts: Mapping[str, Json]
    computed: Mapping[str, Json]
    as_of: date
    pii: Mapping[str, str] = field(default_factory=dict)
    plain: frozenset[str] = frozenset()
    derived: Mapping[str, float] = field(default_factory=dict)
    n: int = 0
    excluded: int = 0
    subjects: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    around: Mapping[str, Json] = field(default_factory=dict)
    settled: bool = False
    complete: bool = True
