"""A proven version is committed to a branch of a Git remote by its author, and the remote's login is shown nowhere."""

import asyncio
import subprocess

import pytest
import pytest_asyncio

from admin.app import create
from admin.committing import Author, GitFailed, Remote, commit, redacted
from gateway.domain.verdict import Verdict, read_verdict
from gateway.settings import Settings, SettingsError
from tests.admin.visiting import Place, text
from tests.fakes import FakeClock
from tests.service import _lifespan, release_everything, settings_for

pytestmark = pytest.mark.asyncio(loop_scope="module")
FEATURE = "credit_risk"


def git(folder, *words):
    return subprocess.run(["git", *words], cwd=folder, capture_output=True, text=True, check=True).stdout.strip()


def bare(folder, *, with_file=True):
    """Return the path of a remote with one commit on its main branch, or with none."""
    folder.mkdir()
    git(folder, "init", "-q", "--bare", "-b", "main", "remote.git")
    if with_file:
        git(folder, "clone", "-q", "remote.git", "seed")
        (folder / "seed" / "README.md").write_text("prompts\n")
        git(folder / "seed", "add", ".")
        git(folder / "seed", "-c", "user.name=x", "-c", "user.email=x@example.com", "commit", "-qm", "Begin")
        git(folder / "seed", "push", "-q", "origin", "HEAD:main")
    return folder / "remote.git"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(shop_url, tmp_path_factory):
    remote = bare(tmp_path_factory.mktemp("git") / "made")
    settings = settings_for(shop_url, prompts_git_url=str(remote))
    clock = FakeClock()
    place = Place(create(settings, clock), clock)
    async with _lifespan(place.service.asgi):
        await release_everything(place.service)
        yield place, remote


async def page_of(place):
    content = place.service.store.snapshots.live(FEATURE)
    return f"/prompts/{FEATURE}/export/{content}"


async def ended(visitor, here):
    for _ in range(600):
        found = (await visitor.api("GET", f"/admin/api{here}")).json()
        if not found["waiting"]:
            return found["commits"][0][0]
        await asyncio.sleep(0.1)
    raise AssertionError("the commit did not end")


async def test_a_releaser_commits_a_version_and_its_verdict_to_a_branch(desk, tmp_path):
    place, remote = desk
    releaser, here = await place.signed_in("releaser"), await page_of(place)
    assert "prompts/credit_risk-v1" in text(await releaser.get(f"/admin{here}"))
    answer = await releaser.api("POST", f"/admin/api{here}/commit", {"note": "Kinder words"})
    assert answer.status == 200 and answer.json()["branch"] == "prompts/credit_risk-v1"
    done = await ended(releaser, here)
    assert done["state"] == "done", done
    who, said = (git(remote, "log", "-1", f"--format={what}", "prompts/credit_risk-v1") for what in ("%ae", "%B"))
    assert who == done["asked_by"] and said == "Prompt credit_risk v1\n\nKinder words"
    assert git(remote, "rev-parse", "prompts/credit_risk-v1") == done["said"]
    changed = git(remote, "diff", "--name-only", "main", "prompts/credit_risk-v1").split()
    assert changed == ["evals/verdicts/credit_risk/v1.offline.json", "prompts/credit_risk/v1.yaml"]
    verdict = tmp_path / "v1.offline.json"
    verdict.write_text(git(remote, "show", f"prompts/credit_risk-v1:{changed[0]}"))
    assert read_verdict(verdict).content_hash == place.service.store.snapshots.live(FEATURE)
    page = text(await releaser.get(f"/admin{here}"))
    assert "committed" in page and done["said"][:10] in page and str(remote) not in page
    again = await releaser.api("POST", f"/admin/api{here}/commit", {})
    assert again.status == 200 and (await ended(releaser, here))["said"] == done["said"], "there is nothing to add"
    chain = text(await (await place.signed_in()).get("/admin/audit"))
    assert "prompt.commit_asked" in chain and "prompt.committed" in chain


async def test_an_editor_may_look_but_not_commit(desk):
    place, _ = desk
    editor, here = await place.signed_in("editor"), await page_of(place)
    assert (await editor.get(f"/admin{here}")).status == 200
    assert (await editor.api("POST", f"/admin/api{here}/commit", {})).status == 403
    assert (await editor.get(f"/admin/prompts/fraud_alerts/export/{here.rpartition('/')[2]}")).status == 404


async def test_a_remote_that_is_gone_is_told_without_its_address(sqlite_url, tmp_path):
    gone = tmp_path / "secret-token" / "nothing.git"
    clock = FakeClock()
    place = Place(create(settings_for(sqlite_url, prompts_git_url=str(gone)), clock), clock)
    async with _lifespan(place.service.asgi):
        await release_everything(place.service)
        releaser, here = await place.signed_in("releaser"), await page_of(place)
        assert (await releaser.api("POST", f"/admin/api{here}/commit", {})).status == 200
        failed = await ended(releaser, here)
        assert failed["state"] == "failed" and "git ls-remote" in failed["said"]
        assert "secret-token" not in failed["said"]
        assert "secret-token" not in text(await releaser.get(f"/admin{here}"))


async def test_without_a_remote_the_page_says_what_to_do(place):
    await release_everything(place.service)
    releaser, here = await place.signed_in("releaser"), await page_of(place)
    assert "No Git remote is set" in text(await releaser.get(f"/admin{here}"))
    assert (await releaser.api("POST", f"/admin/api{here}/commit", {})).status == 409


VERDICT = Verdict("credit_risk", 3, "a" * 64, "offline", "b" * 64, "passed", {"cases": 60, "passed": 60})
ESI = Author("Esi --help", "esi@example.com")


async def test_an_empty_repository_and_a_moved_branch_take_a_commit(tmp_path):
    remote = Remote(str(bare(tmp_path / "empty", with_file=False)), "prompts/")
    first = await commit(remote, VERDICT, {"prompts/credit_risk/v3.yaml": "a: 1\n"}, ESI, "--amend")
    second = await commit(remote, VERDICT, {"prompts/credit_risk/v3.yaml": "a: 2\n"}, ESI, "")
    assert git(remote.url, "rev-parse", "prompts/credit_risk-v3~1") == first
    assert git(remote.url, "rev-parse", "prompts/credit_risk-v3") == second
    assert git(remote.url, "log", "-1", "--format=%an", first) == "Esi --help"


async def test_a_link_in_the_repository_leads_nowhere(tmp_path):
    url = bare(tmp_path / "made")
    outside, seed = tmp_path / "outside", tmp_path / "made" / "seed"
    outside.mkdir()
    (seed / "prompts").symlink_to(outside)
    git(seed, "add", ".")
    git(seed, "-c", "user.name=x", "-c", "user.email=x@example.com", "commit", "-qm", "Link")
    git(seed, "push", "-q", "origin", "HEAD:main")
    with pytest.raises((GitFailed, OSError)):
        await commit(Remote(str(url), "prompts/"), VERDICT, {"prompts/credit_risk/v3.yaml": "a: 1\n"}, ESI, "")
    assert list(outside.iterdir()) == []


async def test_what_git_says_holds_no_login():
    remote = Remote("https://bot:token@git.example.com/prompts.git", "prompts/")
    said = "fatal: unable to access 'https://bot:token@git.example.com/prompts.git/': https://x:y@other.example/"
    assert redacted(remote, said) == "fatal: unable to access 'the remote/': https://other.example/"
    assert remote.shown == "git.example.com"
    assert Remote("git@git.example.com:a/b.git", "").shown == "git.example.com"


@pytest.mark.parametrize(
    "url", ["ext::sh -c id", "--upload-pack=id", "http://git.example.com/x", "relative/path", "-x"]
)
async def test_a_remote_that_would_run_something_or_listen_in_stops_the_start(url):
    with pytest.raises(SettingsError, match="PROMPTS_GIT_URL"):
        Settings.from_environ({"PROMPTS_GIT_URL": url})
    with pytest.raises(SettingsError, match="PROMPTS_GIT_PREFIX"):
        Settings.from_environ({"PROMPTS_GIT_PREFIX": "../x"})
