"""How alike two texts are by their words: ROUGE-N, BLEU and GLEU with promptfoo's tokens, smoothing and defaults.

Formulas: Lin 2004 (ROUGE), Papineni et al. 2002 (BLEU), Wu et al. 2016 (GLEU).
"""

import math
import re
from collections import Counter
from typing import Any

from evals.checks.registry import CheckError, Outcome, Subject, assertion
from evals.scripting.values import SPLIT, lower, trim

Grams = Counter[tuple[str, ...]]
_CONTRACTIONS = [
    re.compile(rf"(?<![\w‌‍]){pattern}(?![\w‌‍])", re.IGNORECASE)
    for pattern in (
        "(can)(not)", "(d)('ye)", "(gim)(me)", "(gon)(na)", "(got)(ta)", "(lem)(me)", "(more)('n)", "(wan)(na)(?= )",
        "('t)(is)", "('t)(was)",
    )
]  # fmt: skip


def _grams(words: list[str], size: int) -> Grams:
    return Counter(tuple(words[i : i + size]) for i in range(len(words) - size + 1))


def _references(subject: Subject) -> list[str]:
    wanted = subject.value
    found = wanted if isinstance(wanted, list) else [wanted]
    if not found or not all(isinstance(item, str) for item in found):
        raise CheckError(f'"{subject.base}" needs a text or a list of texts as its value')
    return found


def _outcome(subject: Subject, score: float, default: float) -> Outcome:
    least = subject.threshold(default)
    passed = (score >= least) is not subject.inverse
    shown = 1 - score if subject.inverse else score
    return Outcome(passed, f"{subject.base.upper()} score {score:.4f}, threshold {least}", shown, {"score": shown})


@assertion("bleu")
def bleu(subject: Subject) -> Outcome:
    """BLEU over words of 1 to 4 grams is at least 0.5."""
    return _outcome(subject, bleu_score(subject.text, _references(subject)), 0.5)


def bleu_score(candidate: str, references: list[str]) -> float:
    """Return BLEU-4; orders without grams are left out, a precision of zero counts as 1e-7."""
    if not trim(candidate):
        return 0.0
    words = _words(candidate)
    others = [_words(reference) for reference in references]
    closest = min((len(other) for other in others), key=lambda size: (abs(size - len(words)), size))
    logs: list[float] = []
    for size in range(1, 5):
        grams = _grams(words, size)
        if total := sum(grams.values()):
            clipped = max(sum((grams & _grams(other, size)).values()) for other in others)
            logs.append(math.log(clipped / total or 1e-7))
    penalty = 1.0 if len(words) > closest else math.exp(1 - closest / len(words))
    return penalty * math.exp(sum(logs) / len(logs))


def _words(text: str) -> list[str]:
    return SPLIT.split(trim(lower(text)))


@assertion("gleu")
def gleu(subject: Subject) -> Outcome:
    """GLEU, the lesser of precision and recall over 1 to 4 grams, is at least 0.5."""
    return _outcome(subject, gleu_score(subject.text, _references(subject)), 0.5)


def gleu_score(candidate: str, references: list[str]) -> float:
    """Return the best GLEU against any reference; dots at the end of words do not count."""
    words = _undotted(candidate)
    return max(_gleu(words, _undotted(reference)) for reference in references) if words else 0.0


def _undotted(text: str) -> list[str]:
    words = [word.rstrip(".") for word in _words(text)]
    return words if any(words) else []


def _gleu(words: list[str], other: list[str]) -> float:
    if words == other:
        return 1.0
    matched = ours = theirs = 0
    for size in range(1, 5):
        one, two = _grams(words, size), _grams(other, size)
        matched += sum((one & two).values())
        ours, theirs = ours + sum(one.values()), theirs + sum(two.values())
    return min(matched / ours, matched / theirs) if ours and theirs else 0.0


@assertion("rouge-n")
def rouge_n(subject: Subject) -> Outcome:
    """ROUGE-1 F over Treebank tokens is at least 0.75."""
    if not isinstance(subject.value, str):
        raise CheckError('"rouge-n" needs a text as its value')
    return _outcome(subject, rouge_score(subject.text, subject.value), 0.75)


def rouge_score(candidate: str, reference: str) -> float:
    """Return the F-score of clipped unigram counts."""
    one, two = Counter(treebank(lower(candidate))), Counter(treebank(lower(reference)))
    overlap = sum((one & two).values())
    if not overlap:
        return 0.0
    precision, recall = overlap / sum(one.values()), overlap / sum(two.values())
    return 2 * precision * recall / (precision + recall)


def treebank(text: str) -> list[str]:
    """Return Penn Treebank tokens: punctuation, quotes and contractions stand alone."""
    text = trim(re.sub(r"[\s\x85\ufeff]+", " ", text))
    if not text:
        return []
    text = _quotes(text)
    text = re.sub(r"\.{3}", " ... ", text)
    text = re.sub(r"[:,](?!\d)", r" \g<0> ", text)
    text = re.sub(r"[;@#$%&]", r" \g<0> ", text)
    text = re.sub(r"([^.])(?<!\b[A-Za-z]\.[A-Za-z])(\.)([\])}>'\s]*)\Z", r"\1 \2\3 ", text)
    text = re.sub(r"[?!]", r" \g<0> ", text)
    text = re.sub(r"[\][(){}<>]", r" \g<0> ", text)
    text = f" {text.replace('--', ' -- ')} "
    text = re.sub(r"([^'])' ", r"\1 ' ", text)
    text = re.sub(r"'([sSmMdD]) ", r" '\1 ", text)
    text = re.sub(r"('ll|'LL|'re|'RE|'ve|'VE|n't|N'T) ", r" \1 ", text)
    for contraction in _CONTRACTIONS:
        text = contraction.sub(r" \1 \2 ", text)
    return re.sub(r" {2,}", " ", text).strip(" ").split(" ")


def _quotes(text: str) -> str:
    """Mark opening quotes as `` and closing ones as ''."""
    inside = False

    def marked(found: Any) -> str:
        nonlocal inside
        before = text[found.start() - 1] if found.start() else " "
        opens = not inside and (before.isspace() or before in "([{<" or not found.start())
        inside = found[0] == "``" or (found[0] == '"' and opens and found.end() < len(text))
        return " `` " if inside else " '' "

    return re.sub(r"``|''|\"", marked, text)
