"""Documents that answers may rest on, found by full text: FTS5 on SQLite, a GIN index on PostgreSQL.

The database finds the passages that hold a word of the question, BM25 over them is computed here: one formula, one
order, on either. Business `*` holds the product's own documents, which everybody may read; a business sees those and
its own. Every query takes the business id first.
"""

import contextlib
import hashlib
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from gateway.domain.support import Passage
from gateway.errors import NotReady
from gateway.features.search_terms import loose_terms, one_slip, terms_of
from gateway.library.markdown_chunks import Chunk
from gateway.store.alone import alone
from gateway.store.database import Database, Row, Script, Statement

SHARED = "*"
MOST_TERMS = 24
MOST_CANDIDATES = 300
K1, B = 1.2, 0.6
"""Of BM25 (Robertson and Spärck Jones): how fast a repeated word stops to count, and how much length does."""
IN_BODY = 0.75
"""What a word counts for coverage that stands in the text only: a heading says what a passage is about."""

LOCK = 0x6761746577617902
"""Of PostgreSQL's advisory locks, the one under which documents are replaced."""

_INSERT = (
    "INSERT INTO knowledge_chunk (business_id, id, document, place, title, heading, url, body, terms, length) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
)
_CLEAR = "DELETE FROM knowledge_chunk WHERE business_id = $1 AND document >= $2 AND document < $3"
_COUNT_TERMS = "INSERT INTO knowledge_term (business_id, term, chunks) VALUES ($1, $2, $3)"
_LIST = (
    "SELECT document, MIN(title), COUNT(*), SUM(length) FROM knowledge_chunk WHERE business_id = $1 "
    "GROUP BY document ORDER BY document"
)
_SIZE = "SELECT COUNT(*), SUM(length) FROM knowledge_chunk WHERE business_id IN ($1, '*')"
_NEIGHBOURS = "SELECT DISTINCT term FROM knowledge_term WHERE business_id IN ($1, '*') AND term >= $2 AND term < $3"
_COLUMNS = "c.business_id, c.id, c.title, c.heading, c.url, c.body, c.terms, c.length"
_CANDIDATES = {
    "sqlite": f"SELECT {_COLUMNS} FROM knowledge_search JOIN knowledge_chunk c ON c.id = knowledge_search.rowid "  # noqa: S608
    "WHERE c.business_id IN ($1, '*') AND knowledge_search MATCH $2 ORDER BY c.id LIMIT $3",
    "postgresql": f"SELECT {_COLUMNS} FROM knowledge_chunk c "  # noqa: S608
    "WHERE c.business_id IN ($1, '*') AND c.id IN (SELECT knowledge_hits($1, $2, $3)) ORDER BY c.id",
}
_OR = {"sqlite": " OR ", "postgresql": " | "}


@dataclass(frozen=True, slots=True)
class Document:
    """A document to be searched: its name within its collection, and its passages."""

    name: str
    chunks: Sequence[Chunk]


@dataclass(frozen=True, slots=True)
class Listed:
    """What is known of a stored document; `words` counts the telling ones."""

    name: str
    title: str
    passages: int
    words: int


@dataclass(frozen=True, slots=True)
class _Found:
    passages: int
    words: int
    holding: dict[str, int]
    rows: list[Row]


class KnowledgeStore:
    """`ports.Knowledge` over either database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def replace(self, business_id: str, collection: str, documents: Sequence[Document]) -> int:
        """Make these the documents of a business's collection, in one transaction; returns how many passages it has.

        Other collections of the business stay as they are.
        """
        rows = [row for document in documents for row in _rows(business_id, collection, document)]
        await self._database.run(_replace, self._database.dialect, business_id, collection, rows)
        if self._database.dialect == "postgresql":  # it would read the whole table until its own round of statistics
            with contextlib.suppress(NotReady):
                await self._database.execute("SELECT gateway_statistics($1)", "knowledge_chunk")
        return len(rows)

    async def documents(self, business_id: str) -> list[Listed]:
        """Return the documents of a business by name; `*` for the product's own."""
        return [Listed(*row) for row in await self._database.fetch(_LIST, business_id)]

    async def search(self, business_id: str, question: str, limit: int) -> list[Passage]:
        """Return the passages that fit best, best first; equal scores in a fixed order."""
        terms = list(dict.fromkeys(terms_of(question)))[:MOST_TERMS]
        if not terms:
            return []
        found = await self._database.read(_search, self._database.dialect, business_id, terms)
        return _ranked(_without_names(found, loose_terms(question)))[:limit]


def _rows(business_id: str, collection: str, document: Document) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    path = f"{collection}/{document.name}"
    for place, chunk in enumerate(document.chunks):
        terms = [*terms_of(chunk.title), *terms_of(chunk.heading) * 2, *terms_of(chunk.text)]
        key = f"{business_id}|{path}|{place}".encode()
        chunk_id = int.from_bytes(hashlib.sha256(key).digest()[:8], "big") >> 1
        texts = chunk.title, chunk.heading, chunk.url, chunk.text
        rows.append((business_id, chunk_id, path, place, *texts, " ".join(terms), len(terms)))
    return rows


def _replace(dialect: str, business_id: str, collection: str, rows: Sequence[tuple[object, ...]]) -> Script[None]:
    yield from alone(dialect, LOCK)  # gateways that start together all bring the guides in line
    yield Statement(_CLEAR, (business_id, f"{collection}/", f"{collection}0"))  # `0` comes right after `/`
    if rows:
        yield Statement(_INSERT, rows, many=True)
    yield Statement("DELETE FROM knowledge_term WHERE business_id = $1", (business_id,))
    kept = yield Statement("SELECT terms FROM knowledge_chunk WHERE business_id = $1", (business_id,))
    holding = Counter(term for (terms,) in kept for term in set(terms.split()))
    if holding:
        yield Statement(_COUNT_TERMS, [(business_id, term, n) for term, n in sorted(holding.items())], many=True)


def _search(dialect: str, business_id: str, terms: list[str]) -> Script[_Found]:
    size = yield Statement(_SIZE, (business_id,))
    passages, words = int(size[0][0]), int(size[0][1] or 0)
    if not passages:
        return _Found(0, 0, {}, [])
    holding = yield from _holding(business_id, terms)
    for term in [term for term in terms if term not in holding and len(term) > 4 and term.isalpha()]:
        near = yield Statement(_NEIGHBOURS, (business_id, term[0], chr(ord(term[0]) + 1)))
        meant = sorted(word for (word,) in near if len(word) > 3 and one_slip(term, word))
        if meant:
            known = yield from _holding(business_id, meant[:1])
            holding |= known
            terms = [meant[0] if one == term else one for one in terms]
    for term in terms:
        holding.setdefault(term, 0)
    rows: list[Row] = []
    if sought := _rarest(terms, holding):
        wanted = _OR[dialect].join(f'"{term}"' if dialect == "sqlite" else term for term in sought)
        rows = yield Statement(_CANDIDATES[dialect], (business_id, wanted, MOST_CANDIDATES))
    return _Found(passages, words, {term: holding[term] for term in terms}, rows)


def _rarest(terms: Sequence[str], holding: dict[str, int]) -> list[str]:
    """Return the terms to look for, rarest first, as long as they bring a bounded number of passages together.

    What holds common words alone ranks low anyway; BM25 still counts every word of the passages that are found.
    """
    chosen: list[str] = []
    room = MOST_CANDIDATES
    for term in sorted(filter(holding.get, dict.fromkeys(terms)), key=lambda term: (holding[term], term)):
        if chosen and holding[term] > room:
            break
        chosen.append(term)
        room -= holding[term]
    return chosen


def _holding(business_id: str, terms: Sequence[str]) -> Script[dict[str, int]]:
    places = ", ".join(f"${n}" for n in range(2, len(terms) + 2))
    sql = (
        "SELECT term, SUM(chunks) FROM knowledge_term WHERE business_id IN ($1, '*') "  # noqa: S608
        f"AND term IN ({places}) GROUP BY term"
    )
    rows = yield Statement(sql, (business_id, *terms))
    return {term: int(chunks) for term, chunks in rows}


def _without_names(found: _Found, loose: set[str]) -> _Found:
    """Leave the asker's own names and numbers out of account, where enough of the question is left without them."""
    known = [term for term, n in found.holding.items() if n]
    if len(known) < 2:
        return found
    holding = {term: n for term, n in found.holding.items() if n or term not in loose}
    return replace(found, holding=holding)


def _ranked(found: _Found) -> list[Passage]:
    """Return the candidates by BM25; a word that no document holds lowers the coverage as the rarest word would."""
    weight = {
        term: math.log(1 + (found.passages - n + 0.5) / (n + 0.5)) if n else math.log(1 + 2 * found.passages)
        for term, n in found.holding.items()
    }
    whole = sum(weight.values()) or 1.0
    average = found.words / max(1, found.passages)
    scored = []
    for owner, chunk_id, title, heading, url, body, terms, length in found.rows:
        counts = Counter(terms.split())
        held = [term for term in weight if counts[term]]
        norm = K1 * (1 - B + B * length / average)
        score = sum(weight[term] * counts[term] * (K1 + 1) / (counts[term] + norm) for term in held)
        named = set(terms_of(f"{title} {heading}"))
        coverage = sum(weight[term] * (1 if term in named else IN_BODY) for term in held) / whole
        name = title if heading == title else f"{title}: {heading}"
        passage = Passage(name, url, body, round(score, 6), round(coverage, 4), owner == SHARED)
        scored.append((-passage.score, url, chunk_id, passage))
    return [passage for *_, passage in sorted(scored, key=lambda one: one[:3])]
