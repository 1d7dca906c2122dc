"""Whether a sentence is written in the language of the answers, which is English, told by its small words.

Names of goods and people may be in any language, so only words that carry a sentence count, and none that the evidence
or the request holds. A sentence in another script is foreign when hardly any of its letters are Latin.
"""

import re
from collections.abc import Callable

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ENGLISH = _words(
    """
    a about after all also an and any are as at be because been before but by can could do does each ended every few
    for from get had has have he her his how if in into is it its just keep last less made make many may more most much
    must my near need new no none not now of off on one only or order other our out over own pay per she should so some
    stock such than that the their them then there these they this those to today too two under until up us use very
    was we were what when where which while who will with within without would yet you your
    """
)
_OTHERS = (
    # French
    _words(
        """
        le la les des du une est et sont pour avec dans sur vous votre vos nous notre nos qui que pas plus ce cette ces
        au aux elle ils leur leurs très mais ou où par été ont avez cela client clients mois
        """
    ),
    # Spanish and Portuguese
    _words(
        """
        el los las del una es y son para con en su sus usted ustedes nosotros nuestro nuestra que no más este esta estos
        muy pero por ha han fue está están os das dos uma com não mais você seus sua seu foi são mês mes cliente
        """
    ),
    # German
    _words(
        """
        der die das und ist sind mit für von auf ein eine einen dem den des nicht sie ihr ihre wir unser haben wurde
        werden bei nach auch oder diesen diesem monat kunden
        """
    ),
    # Akan
    _words("na wɔ no ne sɛ wo me yɛ ɛyɛ wɔn nso ma ho mu so firi bosome yi adetɔfoɔ"),
    # Hausa
    _words("da na wannan wata ya ta sun suna cikin domin kuma shi mu ku abokan ciniki"),
)
_TELLING = _ENGLISH.difference(_words("a an any as do had her his in me more on or so was will"), *_OTHERS)
"""English words that no other of these languages has: two of them settle it, in the time of one look."""
FEWEST_WORDS = 5
FEWEST_FOREIGN = 3
FEWEST_LETTERS = 8
_TWICE = 2


def is_foreign(sentence: str, known: Callable[[], str] | None = None) -> bool:
    """Return whether a sentence is plainly in another language; short and mixed ones get the benefit of the doubt.

    `known` gives the text whose words say nothing about the language: what the evidence and the request hold.
    """
    if sentence.isascii() and len(_TELLING.intersection(sentence.split())) > 1:
        return False
    words = _read(sentence)
    if not _looks_foreign(words):
        return False
    if known is None:
        return True
    there = frozenset(_read(known()))
    return _looks_foreign([word for word in words if word not in there])


def _read(text: str) -> list[str]:
    return [word.lower().replace("’", "'") for word in _WORD.findall(text)]


def _looks_foreign(words: list[str]) -> bool:
    if not all(map(str.isascii, words)):
        letters = "".join(words)
        latin = sum(char < "ɏ" or "Ḁ" <= char <= "ỿ" for char in letters)
        if len(letters) >= FEWEST_LETTERS and latin * _TWICE < len(letters):
            return True
    if len(words) < FEWEST_WORDS:
        return False
    english = sum(word in _ENGLISH for word in words)
    foreign = max(sum(_small(word) in other for word in words) for other in _OTHERS)
    return foreign >= FEWEST_FOREIGN and foreign > _TWICE * english


def _small(word: str) -> str:
    """Return the article of an elided word: `l'entreprise` counts as `le`."""
    return "le" if word[:2] in ("l'", "d'", "n'", "s'") else word
