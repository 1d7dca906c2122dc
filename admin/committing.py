"""Commits a proven version to a branch of the prompts' repository: plain git in a clone that is thrown away.

Git runs without a terminal, without hooks and without our secrets; nothing it says is shown before the remote's
address, which may hold a password, was taken out.
"""

import asyncio
import contextlib
import os
import re
import signal
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from admin.wording import text_of
from evals.verdict import as_text
from gateway.domain.jobs import Job
from gateway.domain.verdict import Verdict
from gateway.jobs.context import JobContext
from gateway.jobs.kinds import JobKind, Outcome
from gateway.settings import Settings
from gateway.store.prompt_commits import PromptCommits
from gateway.store.releases import Releases

GIT_TIMEOUT_S = 60.0
HIDDEN = ("OPENAI_API_KEY", "SECRET_KEY", "SECRET_KEY_PREVIOUS", "DATABASE_URL", "REDIS_URL", "OIDC_CLIENT_SECRET",
          "PROMPTS_GIT_URL")  # fmt: skip
SET = {
    "GIT_TERMINAL_PROMPT": "0", "GIT_ASKPASS": "true", "SSH_ASKPASS": "true", "GCM_INTERACTIVE": "never",
    "GIT_SSH_COMMAND": "ssh -o BatchMode=yes -o ConnectTimeout=20", "LC_ALL": "C",
}  # fmt: skip
CONFIG = {"core.hooksPath": "/dev/null", "core.symlinks": "false", "core.autocrlf": "false", "commit.gpgSign": "false"}
COMMITTER = ("POS AI gateway", "pos-ai-gateway@localhost")
FAULTS = (
    (r"Host key verification failed", "the remote's host key is not known here; add it to known_hosts"),
    (r"Permission denied \(|Too many authentication failures", "the remote did not accept this server's SSH key"),
    (r"Authentication failed|could not read (Username|Password)|returned error: 40[13]",
     "the remote did not accept the login of this server"),
    (r"Could not resolve host|Name or service not known", "the remote's host name cannot be found"),
    (r"certificate|SSL|TLS", "the remote's certificate is not trusted here"),
    (r"Failed to connect|Couldn't connect|Connection (refused|timed out|reset)|No route to host|Network is unreachable",
     "the remote cannot be reached"),
    (r"transport '[^']*' not allowed", "addresses of this kind are not used; give https, ssh or a folder"),
    (r"not found|does not exist|does not appear to be a git repository|returned error: 404",
     "there is no such repository, or this login may not see it"),
    (r"rejected|declined|denied|protected branch", "the remote refused the branch"),
)  # fmt: skip
"""What git says, and what it means to somebody who does not know git; the first that fits is said."""
_TELLING = re.compile(r"fatal: |error: |ERROR: |remote: | ! \[|.*(?:Permission denied \(|Host key verif)")
_LOGIN = re.compile(r"(?<=://)[^/@\s]+@")


class GitFailed(Exception):
    """Git could not do it; the text says why, without the remote's address."""


@dataclass(frozen=True, slots=True)
class Remote:
    """Where branches are pushed to."""

    url: str
    prefix: str

    def branch(self, feature: str, version: int) -> str:
        """Return the branch of a version: `prompts/credit_risk-v2`."""
        return f"{self.prefix}{feature}-v{version}"

    @property
    def shown(self) -> str:
        """The host, or the folder's name, as people may see it."""
        parts = urlsplit(self.url)
        if parts.hostname:
            return parts.hostname
        return self.url.rpartition("@")[2].partition(":")[0] if "@" in self.url else Path(self.url).name


@dataclass(frozen=True, slots=True)
class Author:
    """Who asked for the commit."""

    name: str
    email: str


def files_of(body: bytes | str, verdict: Verdict) -> dict[str, str]:
    """Return path → text of a version and its verdict, as the repository keeps them."""
    folder, version = verdict.feature, verdict.version
    return {
        f"prompts/{folder}/v{version}.yaml": text_of(msgspec.json.decode(body)),
        f"evals/verdicts/{folder}/v{version}.{verdict.model}.json": as_text(asdict(verdict)),
    }


async def commit(remote: Remote, verdict: Verdict, files: Mapping[str, str], author: Author, note: str) -> str:
    """Push one commit with these files to the version's branch; returns its id, or that of the branch's end.

    A branch that exists grows; when it has these very files already, nothing is pushed. Raises GitFailed.
    """
    branch = remote.branch(verdict.feature, verdict.version)
    with tempfile.TemporaryDirectory(prefix="prompts-git-") as made:
        clone = Path(made) / "clone"
        known = await _git(remote, None, "ls-remote", "--heads", "--", remote.url, f"refs/heads/{branch}")
        at = ("--branch", branch) if known.strip() else ()
        await _git(remote, None, "clone", "-q", "--depth", "1", *at, "--", remote.url, str(clone))
        if not known.strip():
            await _git(remote, clone, "checkout", "-q", "-b", branch)
        for path, text in files.items():
            await asyncio.to_thread(_write, clone / path, text)
        await _git(remote, clone, "add", "--", *files)
        if (await _git(remote, clone, "status", "--porcelain")).strip():
            said = f"Prompt {verdict.feature} v{verdict.version}\n\n{note or 'Released in the admin.'}\n"
            who = {"AUTHOR": (author.name, author.email), "COMMITTER": COMMITTER}
            names = {f"GIT_{role}_{key}": value for role, pair in who.items()
                     for key, value in zip(("NAME", "EMAIL"), pair, strict=True)}  # fmt: skip
            await _git(remote, clone, "commit", "-q", "--no-verify", "-m", said, more=names)
            await _git(remote, clone, "push", "-q", "origin", f"HEAD:refs/heads/{branch}")
        return (await _git(remote, clone, "rev-parse", "HEAD")).strip()


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


async def _git(remote: Remote, folder: Path | None, *words: str, more: Mapping[str, str] | None = None) -> str:
    allowed = "file:https:ssh" + (":http" if remote.url.startswith("http://") else "")
    variables = {**SET, "GIT_ALLOW_PROTOCOL": allowed, **(more or {})}
    command = [
        "env",
        *(f"--unset={name}" for name in HIDDEN),
        *(f"{name}={value}" for name, value in variables.items()),
    ]
    command += ["git", *(part for name, value in CONFIG.items() for part in ("-c", f"{name}={value}")), *words]
    process = await asyncio.create_subprocess_exec(
        *command, cwd=folder, start_new_session=True, stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        out, err = await asyncio.wait_for(process.communicate(), GIT_TIMEOUT_S)
    except TimeoutError:
        raise GitFailed(f"git {words[0]} took longer than {GIT_TIMEOUT_S:.0f} seconds") from None
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
    if process.returncode:
        raise GitFailed(f"git {words[0]}: {redacted(remote, in_words(err.decode('utf-8', 'replace')))}"[:300])
    return out.decode("utf-8", "replace")


def in_words(err: str) -> str:
    """Return what is wrong in plain words with git's own line in brackets, or that line alone.

    Git ends with advice such as "and the repository exists."; what went wrong stands before it.
    """
    lines = [line.strip() for line in err.splitlines() if line.strip()]
    line = next((each for each in lines if _TELLING.match(each)), lines[-1] if lines else "it failed")
    said = next((words for pattern, words in FAULTS if re.search(pattern, err)), "")
    return f"{said} ({line})" if said else line


def redacted(remote: Remote, text: str) -> str:
    """Return git's words without the remote's address and without any login in another one."""
    bare = _LOGIN.sub("", remote.url)
    for address in (remote.url, bare, remote.url.removesuffix("/"), bare.removesuffix("/")):
        text = text.replace(address, "the remote")
    return _LOGIN.sub("", text)


def commit_kind(settings: Settings) -> JobKind:
    """Return the kind of job that commits a version; a second try finds what the first one pushed."""
    remote = Remote(settings.prompts_git_url, settings.prompts_git_prefix)

    async def carry_out(context: JobContext, job: Job) -> Outcome:
        tools = context.tools
        commits = PromptCommits(tools.database, tools.kit.clock)
        one = await commits.get(str(job.payload["commit"]))
        if one is None or one.state != "waiting":
            return Outcome()
        releases = Releases(tools.database, tools.kit.clock)
        body = await releases.body(one.content_hash)
        proof = next((each for each in await releases.verdicts(one.content_hash) if each.outcome == "passed"), None)
        try:
            if body is None or proof is None or not remote.url:
                raise GitFailed("the version is not proven any more, or no remote is set")
            author = Author(str(job.payload["name"]), one.asked_by)
            pushed = await commit(remote, proof, files_of(body, proof), author, str(job.payload["note"]))
        except (GitFailed, OSError) as error:
            said = str(error) if isinstance(error, GitFailed) else f"git cannot be run ({type(error).__name__})"
            await commits.end(one, "failed", said)
        else:
            await commits.end(one, "done", pushed)
        return Outcome()

    return JobKind("prompt_commit", carry_out, timeout_s=6 * GIT_TIMEOUT_S)
