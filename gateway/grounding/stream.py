"""Ground a text sentence by sentence, whole or while it streams: the same verdicts for any chunking."""

from dataclasses import dataclass, replace

from gateway.domain.evidence import Evidence
from gateway.grounding.check import check
from gateway.grounding.extract import lower
from gateway.grounding.facts import FactIndex
from gateway.grounding.figures import Finding
from gateway.grounding.scan import count_figures
from gateway.grounding.sentences import Piece, Splitter, single
from gateway.grounding.signs import SPEAKS, WORTH_A_LOOK, signs, speaks_in_words


@dataclass(frozen=True, slots=True)
class CleanText:
    """A text without its ungrounded sentences; `sentences` counts those looked at, `dropped` those that fell."""

    text: str
    sentences: int = 0
    dropped: int = 0
    checked: int = 0
    corrected: int = 0
    findings: tuple[Finding, ...] = ()


class StreamGrounder:
    """Hold back each sentence until it is whole and checked; what `feed()` returns may be shown at once."""

    def __init__(self, index: FactIndex) -> None:
        self.sentences = self.dropped = self.checked = self.corrected = 0
        self.findings: list[Finding] = []
        self._index = index
        self._splitter = Splitter()
        self._gap: str | None = None
        self._started = False

    def feed(self, text: str) -> str:
        """Return the grounded sentences that `text` completes, with their layout; often empty."""
        return "".join([self._pass(piece) for piece in self._splitter.feed(text)])

    def close(self) -> str:
        """Return the grounded rest. The grounder takes no more text afterwards."""
        pieces, tail = self._splitter.close()
        rest = "".join([self._pass(piece) for piece in pieces])
        return rest + (tail if self._gap is None else "")

    def _pass(self, piece: Piece) -> str:
        verdict = check(piece.body, self._index)
        self.sentences += 1
        self.checked += verdict.checked
        self.corrected += verdict.corrected
        if verdict.findings:
            self.dropped += 1
            self.findings += [replace(f, start=f.start + piece.at, end=f.end + piece.at) for f in verdict.findings]
            if self._gap is None or "\n" in piece.lead:
                self._gap = _wider(self._gap, piece.lead) if self._gap is not None else piece.lead
            return ""
        lead = piece.lead if self._gap is None else self._join(piece.lead)
        self._gap = None
        self._started = True
        return lead + verdict.text

    def _join(self, lead: str) -> str:
        """Return the layout before a sentence whose forerunners fell: a line keeps its bullet, a paragraph its gap."""
        gap = self._gap or ""
        if "\n" not in lead:
            return gap if "\n" in gap or not self._started else lead
        if not self._started:
            return lead.lstrip()
        return _wider(gap, lead)


def _wider(gap: str, lead: str) -> str:
    """Return `lead` with as many line breaks as the wider of the two."""
    missing = gap.count("\n") - lead.count("\n")
    return "\n" * missing + lead if missing > 0 else lead


def clean(text: str, index: FactIndex) -> CleanText:
    """Return `text` without the sentences that the evidence does not carry."""
    low = lower(text)
    seen = signs(low)
    rest = index.beyond_statements(low)
    plain = not (seen if rest is low else signs(rest)) & WORTH_A_LOOK
    if (
        plain
        and not (seen & SPEAKS and speaks_in_words(low, seen))
        and not (index.unsupported and index.unsupported(text))
    ):
        return CleanText(text, checked=count_figures(low))  # most texts: nothing to trace beyond the evidence's words
    if (piece := single(text)) is not None:
        lead, body, tail = piece
        verdict = check(body, index)
        if not verdict.findings:
            return CleanText(lead + verdict.text + tail, 1, 0, verdict.checked, verdict.corrected)
    grounder = StreamGrounder(index)
    shown = grounder.feed(text) + grounder.close()
    return CleanText(
        shown, grounder.sentences, grounder.dropped, grounder.checked, grounder.corrected, tuple(grounder.findings)
    )


def ungrounded(
    text: str, evidence: Evidence, request_text: str = "", known_placeholders: frozenset[str] = frozenset()
) -> list[Finding]:
    """Return everything in `text` that the evidence and the request do not carry; empty when it is grounded."""
    return list(clean(text, FactIndex(evidence, request_text, known_placeholders)).findings)
