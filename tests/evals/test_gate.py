"""The ship gate stays closed unless everything fits: a passed suite, on this very content, committed unchanged."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner, Result

from evals.__main__ import app
from evals.run import CaseResult, run_suite
from evals.suite import Case
from evals.verdict import MIN_CASES, judge_results, verdict_path, write_verdict
from gateway.domain.verdict import VerdictUnreadable, read_verdict
from gateway.settings import ROOT
from tests.evals.making import suite_of
from tests.pipeline.making import prompt_of

FEATURE = "product_description"


def results(tmp_path: Path, passed: int, failed: int = 0, *, zero_tolerance: bool = False):
    suite = suite_of(tmp_path)

    def made(index: int, ok: bool) -> CaseResult:
        case = Case(index, f"case {index}", {}, (), "slice-a" if index % 2 else "slice-b", zero_tolerance, 1)
        return CaseResult(case, ok, float(ok), "none" if ok else "assertion", "why", (), "offline", 1)

    found = [made(index, index < passed) for index in range(passed + failed)]
    return judge_results(suite, prompt_of(FEATURE), "offline", found)


def test_sixty_passed_cases_make_a_passed_verdict(tmp_path: Path):
    verdict = results(tmp_path, 60).verdict
    assert (verdict.outcome, verdict.feature, verdict.version) == ("passed", FEATURE, 1)
    assert verdict.content_hash == prompt_of(FEATURE).content_hash
    assert verdict.figures["slices"] == {"slice-a": {"cases": 30, "passed": 30}, "slice-b": {"cases": 30, "passed": 30}}


def test_fewer_are_not_enough_evidence_and_one_failure_is_a_failure(tmp_path: Path):
    assert results(tmp_path, 59).verdict.outcome == "not_enough_evidence"
    assert results(tmp_path, 60, 1).verdict.outcome == "failed"
    assert results(tmp_path, 3, 1).verdict.outcome == "failed"


def test_a_threshold_forgives_ordinary_cases_and_never_a_zero_tolerance_one(tmp_path: Path):
    lenient = "metadata: {threshold: 0.9}\n"

    def outcome(zero_tolerance: bool) -> str:
        suite = suite_of(tmp_path, lenient + (tmp_path / "product_description.yaml").read_text("utf-8"))
        judged = results(tmp_path, 59, 1, zero_tolerance=zero_tolerance)
        return judge_results(suite, prompt_of(FEATURE), "offline", judged.results).verdict.outcome

    suite_of(tmp_path)
    assert outcome(False) == "passed"
    suite_of(tmp_path)
    assert outcome(True) == "failed"


def test_a_verdict_is_written_the_same_way_each_time_and_reads_back(tmp_path: Path):
    verdict = results(tmp_path, 60).verdict
    path = write_verdict(tmp_path, verdict)
    first = path.read_bytes()
    write_verdict(tmp_path, verdict)
    assert path.read_bytes() == first
    assert read_verdict(path) == verdict
    assert path == verdict_path(tmp_path, verdict) == tmp_path / FEATURE / "v1.offline.json"


@pytest.mark.parametrize("change", [("outcome", "splendid"), ("version", "1"), ("extra", 1), ("model", None)])
def test_a_verdict_that_was_tampered_with_is_unreadable(tmp_path: Path, change: tuple[str, object]):
    path = write_verdict(tmp_path, results(tmp_path, 60).verdict)
    data = json.loads(path.read_text("utf-8"))
    name, value = change
    data.update({name: value}) if value is not None else data.pop(name)
    path.write_text(json.dumps(data), "utf-8")
    with pytest.raises(VerdictUnreadable, match=r"v1\.offline\.json.*gate --write"):
        read_verdict(path)


@dataclass
class Repository:
    """A copy of the prompts, suites and verdicts, with the command that judges one of them."""

    folder: Path

    def gate(self, *arguments: str) -> Result:
        env = {
            "DATABASE_URL": f"sqlite:///{self.folder}/unused.sqlite", "PROMPTS_DIR": f"{self.folder}/prompts",
            "VERDICTS_DIR": f"{self.folder}/evals/verdicts", "COLUMNS": "300",
        }  # fmt: skip
        places = ("--suites", f"{self.folder}/evals/suites", "--reports", f"{self.folder}/reports")
        return CliRunner().invoke(app, ["gate", *places, "--feature", FEATURE, *arguments], env=env)

    def change(self, path: str, old: str, new: str) -> None:
        text = (self.folder / path).read_text("utf-8")
        assert old in text
        (self.folder / path).write_text(text.replace(old, new, 1), "utf-8")


@pytest.fixture(scope="module")
def proven(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """A repository whose verdict is fresh; copy it."""
    folder = tmp_path_factory.mktemp("proven")
    for part in ("prompts", "evals/suites", "evals/verdicts"):
        shutil.copytree(ROOT / part, folder / part)
    made = Repository(folder)
    made.gate("--write")
    return made


@pytest.fixture
def repository(proven: Repository, tmp_path: Path) -> Repository:
    return Repository(Path(shutil.copytree(proven.folder, tmp_path / "repository")))


def test_an_unchanged_repository_passes_and_leaves_three_reports(repository: Repository):
    ran = repository.gate()
    assert ran.exit_code == 0, ran.output
    report = json.loads((repository.folder / "reports" / "gate.json").read_text("utf-8"))
    junit = ElementTree.parse(repository.folder / "reports" / "gate.xml").getroot()
    assert report["passed"]
    assert len(junit.findall(".//testcase")) == report["verdicts"][0]["figures"]["cases"] >= MIN_CASES
    assert "✅ passed" in (repository.folder / "reports" / "gate.md").read_text("utf-8")


def test_the_outcome_can_be_read_by_machines(repository: Repository):
    ran = repository.gate("--json")
    assert json.loads(ran.stdout)["passed"] is True


PROMPT, CONTRACT = f"prompts/{FEATURE}/v1.yaml", f"prompts/{FEATURE}/feature.yaml"
SUITE, VERDICT = f"evals/suites/{FEATURE}.yaml", f"evals/verdicts/{FEATURE}/v1.offline.json"
CHANGES = {
    "the prompt": (PROMPT, "Little data gives a", "Scarce data gives a", "A released version never changes"),
    "the contract": (CONTRACT, "maxLength: 150", "maxLength: 149", "changed after its verdict"),
    "the suite": (SUITE, "value: QLED", "value: Samsung", f"The suite of {FEATURE}@1 was changed"),
    "the verdict": (VERDICT, '"errors": 0', '"errors": 1', "is not what its suite gives"),
}


@pytest.mark.parametrize(("path", "old", "new", "told"), CHANGES.values(), ids=CHANGES.keys())
def test_whatever_was_changed_after_the_verdict_closes_the_gate(repository: Repository, path, old, new, told):
    repository.change(path, old, new)
    ran = repository.gate()
    assert ran.exit_code == 100
    assert told in ran.output


def test_a_failing_case_closes_the_gate_and_is_shown_with_its_reason(repository: Repository):
    repository.change(SUITE, "value: QLED", "value: OLED")
    ran = repository.gate("--write")
    assert ran.exit_code == 100
    assert "lacks “OLED”" in ran.output
    assert "has not passed" in ran.output


def test_a_failed_run_leaves_the_committed_verdict_alone(repository: Repository):
    path = repository.folder / VERDICT
    before = path.read_bytes()
    repository.change(SUITE, "value: QLED", "value: OLED")
    repository.gate("--write")
    assert path.read_bytes() == before


def test_a_missing_verdict_a_missing_suite_and_a_missing_feature_close_it_too(repository: Repository):
    (repository.folder / VERDICT).unlink()
    assert "has no verdict on its present content" in repository.gate().output
    (repository.folder / SUITE).unlink()
    assert "has no suite" in repository.gate().output
    unknown = repository.gate("--feature", "product_descriptoin")
    assert (unknown.exit_code, "no feature `product_descriptoin`" in unknown.output) == (100, True)


def test_an_unreadable_suite_is_told_with_its_line(repository: Repository):
    repository.change(SUITE, "type: is-json", "type: is-jsn")
    ran = repository.gate()
    assert ran.exit_code == 1
    assert "Did you mean `is-json`?" in ran.output


async def test_progress_is_told_for_every_case(tmp_path: Path):
    class Bench:
        async def run(self, case, prompt):
            raise KeyError("no business `nobody`")

    told: list[CaseResult] = []
    found = await run_suite(Bench(), suite_of(tmp_path), prompt_of(FEATURE), told.append)  # type: ignore[arg-type]
    assert told == found
    assert [(result.passed, result.failure) for result in found] == [(False, "error")]
