"""The gate's report as one HTML page that needs nothing else: bars by slice, failed cases with their reasons."""

from collections.abc import Sequence
from html import escape

from evals.run import CaseResult
from evals.verdict import Judgement

STYLE = """
:root{color-scheme:light dark;--ok:#1a7f4b;--bad:#c0362c;--line:#d5d9de;--text:#1c2024;--dim:#5b636d;--bg:#fff}
@media(prefers-color-scheme:dark){:root{--ok:#4cc38a;--bad:#ff8278;--line:#3a4149;--text:#eceef0;--dim:#a0a8b1;
--bg:#15181b}}
body{font:16px/1.5 system-ui,sans-serif;color:var(--text);background:var(--bg);
max-width:60rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2rem}
.passed{color:var(--ok)}.failed,.not_enough_evidence{color:var(--bad)}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:.35rem .6rem;border-bottom:1px solid var(--line)}
.scroll{overflow-x:auto}.dim{color:var(--dim)}li{margin:.4rem 0}svg{vertical-align:middle}
rect.ok{fill:var(--ok)}rect.bad{fill:var(--bad)}
""".strip()
SAID = {"passed": "passed", "failed": "failed", "not_enough_evidence": "not enough evidence"}
BAR = 220


def as_page(judgements: Sequence[Judgement], complaints: Sequence[str]) -> str:
    """Return the whole page."""
    state, words = ("failed", "The gate is closed") if complaints else ("passed", "The gate is open")
    told = "".join(f"<li>{escape(complaint)}</li>" for complaint in complaints)
    body = "".join(_version(judgement) for judgement in judgements)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>Prompt evaluations</title><style>{STYLE}</style></head><body><main><h1>Prompt evaluations</h1>"
        f'<p class="{state}"><strong>{words}</strong></p>{f"<ul>{told}</ul>" if told else ""}{body}'
        "</main></body></html>\n"
    )


def _version(judgement: Judgement) -> str:
    verdict = judgement.verdict
    figures = verdict.figures
    rows = "".join(_slice(name, counts["passed"], counts["cases"]) for name, counts in figures["slices"].items())
    failed = [result for result in judgement.results if not result.passed]
    return (
        f"<section><h2>{escape(verdict.feature)} version {verdict.version} "
        f'<span class="{verdict.outcome}">{SAID[verdict.outcome]}</span></h2>'
        f"<p>{figures['passed']} of {figures['cases']} cases passed with {escape(verdict.model)}; "
        f"{figures['zero_tolerance']} of them may never fail.{_against(judgement)}</p>"
        f'<div class="scroll" tabindex="0" role="region" aria-label="Slices of {escape(verdict.feature)}"><table>'
        f"<thead><tr><th>slice</th><th>passed</th><th>share</th></tr></thead><tbody>{rows}</tbody></table></div>"
        f"{_failures(failed)}</section>"
    )


def _against(judgement: Judgement) -> str:
    compared = judgement.verdict.figures.get("non_inferiority")
    if compared is None:
        return ""
    return (
        f" Against version {compared['against']}: {compared['worse']} worse, {compared['better']} better; the pass "
        f"rate changed by {compared['difference']:+.1%}, at least {compared['lower_bound']:+.1%} "
        f"(margin {-compared['margin']:.0%}): {SAID[compared['outcome']]}."
    )


def _slice(name: str, passed: int, cases: int) -> str:
    width = round(BAR * passed / cases) if cases else 0
    return (
        f"<tr><td>{escape(name)}</td><td>{passed} of {cases}</td><td>"
        f'<svg width="{BAR}" height="12" role="img" aria-label="{passed} of {cases} passed">'
        f'<rect class="ok" width="{width}" height="12"/>'
        f'<rect class="bad" x="{width}" width="{BAR - width}" height="12"/>'
        "</svg></td></tr>"
    )


def _failures(failed: Sequence[CaseResult]) -> str:
    if not failed:
        return ""
    items = "".join(
        f"<li><strong>{escape(result.case.description)}</strong> "
        f'<span class="dim">line {result.case.line}{", may never fail" if result.case.zero_tolerance else ""}</span>'
        f"<br>{escape(result.reason)}</li>"
        for result in failed
    )
    return f"<h3>Failed cases</h3><ul>{items}</ul>"
