"""What the documentation says is what the code does: commands, links, codes and examples."""

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.main import get_command

from gateway.cli.main import app
from gateway.errors import all_errors
from tests.flows.processes import Service, make_site, running

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
EXAMPLE = re.compile(r"<!-- example: (\w+) -->\n```(\w+)\n(.*?)```", re.DOTALL)
EXAMPLES = EXAMPLE.findall((ROOT / "docs" / "api.md").read_text())


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running(make_site(tmp_path_factory.mktemp("docs")), OPENAI_API_KEY="") as started:
        yield started


def environment(service: Service) -> dict[str, str]:
    tenant = service.site.tenant("PROFESSIONAL")
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return {"PATH": path, "URL": f"http://127.0.0.1:{service.port}", "KEY": tenant.key}


@pytest.mark.parametrize(("name", "language", "code"), EXAMPLES, ids=[name for name, _, _ in EXAMPLES])
def test_an_example_of_the_api_guide_runs_and_answers(service, name, language, code):
    command = [sys.executable, "-c", code] if language == "python" else ["sh", "-c", code]
    done = subprocess.run(command, env=environment(service), capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
    if language == "sh":
        assert "code" not in json.loads(done.stdout), done.stdout


def test_the_request_of_the_readme_gives_the_answer_of_the_readme(service):
    readme = (ROOT / "README.md").read_text()
    body = json.loads(re.search(r"-d '(\{.*?\})'", readme, re.DOTALL)[1])
    shown = json.loads(re.search(r"```json\n(.*?)```", readme, re.DOTALL)[1])
    client = service.client()
    answer = client.post("/api/ai/credit/risk-assessment/", body).json
    for key in ("customer", "risk_score", "risk_level", "recommendation"):
        assert answer[key] == shown[key]
    assert answer["meta"]["source"] == "offline"
    assert answer["explanation"].startswith(shown["explanation"].removesuffix(" …"))


def documented_commands() -> set[str]:
    text = (ROOT / "docs" / "operating.md").read_text()
    lines = re.findall(r"^python -m gateway (.+)$", text, re.MULTILINE)
    words = (shlex.split(line.split("#")[0].split("[")[0]) for line in lines)
    return {" ".join(word for word in line if word.islower()) for line in words}


def commands_of_the_code() -> set[str]:
    found = set()
    for name, command in get_command(app).commands.items():
        if command.hidden:
            continue
        found |= {f"{name} {sub}" for sub in command.commands} if hasattr(command, "commands") else {name}
    return found


def test_the_documented_commands_are_the_code_s_commands():
    assert documented_commands() == commands_of_the_code()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_of_a_page_leads_to_a_file_and_heading_that_exist(page):
    for target in re.findall(r"\]\((?!https?://)([^)]+)\)", page.read_text()):
        name, _, anchor = target.partition("#")
        linked = page if not name else (page.parent / name).resolve()
        assert linked.exists(), f"{page.name} links to {target}"
        if anchor:
            headings = re.findall(r"^#+ (.+)$", linked.read_text(), re.MULTILINE)
            assert anchor in {re.sub(r"[^a-z0-9 -]", "", h.lower()).replace(" ", "-") for h in headings}


def test_every_error_code_is_in_the_tree_of_its_docstring_and_on_the_page(service):
    tree = (ROOT / "gateway" / "errors.py").read_text().split('"""')[1]
    page = service.client().get("/docs/errors").body.decode()
    for error in all_errors():
        assert error.code in tree
        assert f'id="{error.code}"' in page


def test_make_lists_what_the_readme_promises():
    listed = subprocess.run(["make", "-s", "help"], cwd=ROOT, capture_output=True, text=True).stdout
    for target in re.findall(r"^make (\w+)", (ROOT / "README.md").read_text(), re.MULTILINE):
        assert f"make {target} " in listed
