"""Which customer a question names: by full name, by part of a name, or a typing slip away from it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gateway.domain.records import Customer
from gateway.features.insight_words import folded, is_plain, slip, words_in
from gateway.features.report_figures import word_set

GENERIC = word_set("""
ventures venture enterprise enterprises store stores mart shop shops wholesale retail mini supermarket market
trading trade traders company co ltd limited group and sons brothers electricals electronics provisions cold
general goods services service agency super sales house center centre the mr mrs miss ms madam auntie uncle
maame nana dr rev hajia alhaji foods food cosmetics pharmacy chemist hardware fashion boutique
""")
"""Words of names that many names share; alone they name nobody."""
MOST_NAMED = 5
_MARKS = str.maketrans("’.,&/()-_", "'        ")


@dataclass(frozen=True, slots=True)
class Names:
    """A business's customers by the words of their names and of their contact persons."""

    customers: tuple[Customer, ...]
    by_word: dict[str, list[int]]

    @classmethod
    def of(cls, customers: Iterable[Customer]) -> "Names":
        """Index the names."""
        every, index = tuple(customers), dict[str, list[int]]()
        for position, customer in enumerate(every):
            # Plain splitting: a shop may have thousands of customers, and only those found are read closely.
            for word in set(f"{customer.name} {customer.contact_person}".lower().translate(_MARKS).split()):
                index.setdefault(word.removesuffix("'s"), []).append(position)
        return cls(every, index)

    def find(self, text: str, words: Sequence[str]) -> list[Customer]:
        """Return the customers that `words` of the folded `text` name, at most `MOST_NAMED`; several when unclear."""
        spelt = {word: self._spelt(word) for word in words if len(word) > 1}
        telling = {known for known in spelt.values() if known and known not in GENERIC}
        positions = {position for word in telling for position in self.by_word[word]}
        said = set(words_in(text)) | {known for known in spelt.values() if known}
        scored: dict[int, tuple[bool, int]] = {}
        for position in positions:
            customer = self.customers[position]
            own = set(words_in(folded(customer.name)))
            if _says_another_kind(words, own):
                continue
            all_words = own | set(words_in(folded(customer.contact_person)))
            scored[position] = (bool(own) and own <= said, len(all_words & said))
        best = max(scored.values(), default=None)
        if best is None or not self._is_meant(best, words):
            return []
        found = [self.customers[position] for position in sorted(scored) if scored[position] == best]
        return found[:MOST_NAMED]

    def _is_meant(self, best: tuple[bool, int], words: Sequence[str]) -> bool:
        """Tell whether the words are a name: whole, or with no other unknown word beside them."""
        others = [word for word in words if not is_plain(word) and word not in GENERIC]
        return best[0] or best[1] >= len(others)

    def _spelt(self, word: str) -> str:
        if word in self.by_word:
            return word
        if len(word) < 4:
            return ""
        near = (known for known in self.by_word if known[0] == word[0] and len(known) > 3 and slip(word, known))
        return min(near, default="")


def _says_another_kind(words: Sequence[str], own: set[str]) -> bool:
    """Tell whether the words end a name otherwise than a customer's does: a Supermarket is not a Wholesale."""
    kinds = {word for word in words if word in GENERIC}
    return bool(kinds) and bool(own & GENERIC) and not kinds & own


def renamed(question: str, customer: Customer, words: Sequence[str]) -> str:
    """Return the question with the words that meant the customer replaced by its name, so that it can be masked."""
    names = set(words_in(folded(f"{customer.name} {customer.contact_person}")))
    meant = [
        match
        for match in re.finditer(r"[^\W_]+(?:['’][^\W_]+)*", question)
        if _is_of_name(match[0].lower().replace("’", "'").removesuffix("'s"), names, words)
    ]
    if not meant:
        return question
    start, end = meant[0].start(), meant[0].end()
    for match in meant[1:]:
        if not question[end : match.start()].strip(" .&-,"):
            end = match.end()
    genitive = "'s" if question[start:end].replace("’", "'").endswith("'s") else ""
    return f"{question[:start]}{customer.name}{genitive}{question[end:]}"


def _is_of_name(word: str, names: set[str], words: Sequence[str]) -> bool:
    return word in names or (
        word in words and len(word) > 3 and any(slip(word, name) for name in names if len(name) > 3)
    )
