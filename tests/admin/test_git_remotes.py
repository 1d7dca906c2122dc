"""Commits over https and ssh: against git's own server behind TLS and a password, and through an `ssh` of the test."""

import base64
import datetime
import ipaddress
import os
import ssl
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from admin.committing import GitFailed, Remote, commit, in_words
from tests.admin.test_commits import ESI, VERDICT, bare, git
from tests.flows.processes import free_port

pytestmark = pytest.mark.asyncio(loop_scope="module")
LOGIN, PASSWORD = "releases", "a token/of:ours"
FILES = {"prompts/credit_risk/v3.yaml": "a: 1\n"}
BRANCH = "prompts/credit_risk-v3"
STUB = """#!/bin/sh
for word in "$@"; do printf '%s\\n' "$word" >> "$SSH_LOG"; last=$word; done
exec sh -c "$last"
"""
REFUSING = """#!/bin/sh
echo "git@git.example.com: Permission denied (publickey)." >&2
exit 255
"""


def certificate(folder):
    """Write a key and a certificate for 127.0.0.1 that vouches for itself."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    now, day = datetime.datetime.now(datetime.UTC), datetime.timedelta(days=1)
    here = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - day).not_valid_after(now + day)
        .add_extension(here, critical=False).add_extension(x509.BasicConstraints(True, None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )  # fmt: skip
    (folder / "key.pem").write_bytes(pem)
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))


class GitServer(BaseHTTPRequestHandler):
    """`git http-backend` behind a password."""

    root = ""

    def log_message(self, *_):
        """Say nothing."""

    def answer(self):
        expected = base64.b64encode(f"{LOGIN}:{PASSWORD}".encode()).decode()
        if self.headers.get("Authorization") != f"Basic {expected}":
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="git"')
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        path, _, query = self.path.partition("?")
        length = int(self.headers.get("Content-Length") or 0)
        environment = {
            **os.environ, "GIT_PROJECT_ROOT": self.root, "GIT_HTTP_EXPORT_ALL": "1", "PATH_INFO": path,
            "QUERY_STRING": query, "REQUEST_METHOD": self.command, "REMOTE_USER": LOGIN,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""), "CONTENT_LENGTH": str(length),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
        }  # fmt: skip
        done = subprocess.run(
            ["git", "http-backend"], env=environment, input=self.rfile.read(length), capture_output=True, check=True
        )
        head, _, body = done.stdout.partition(b"\r\n\r\n")
        lines = dict(line.split(": ", 1) for line in head.decode().splitlines())
        self.send_response(int(lines.pop("Status", "200").split()[0]))
        for name, value in {**lines, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = answer


@pytest.fixture
def https(tmp_path, monkeypatch):
    """Return the address of a remote behind TLS and a password, and the remote's folder."""
    remote = bare(tmp_path / "made")
    git(remote, "config", "http.receivepack", "true")
    certificate(tmp_path)
    handler = type("Handler", (GitServer,), {"root": str(remote.parent)})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    monkeypatch.setenv("GIT_SSL_CAINFO", str(tmp_path / "cert.pem"))
    yield f"127.0.0.1:{server.server_address[1]}/remote.git", remote
    server.shutdown()
    server.server_close()
    thread.join()


async def test_a_version_is_committed_over_https_with_a_token_in_the_address(https):
    place, folder = https
    pushed = await commit(Remote(f"https://{LOGIN}:a%20token%2Fof%3Aours@{place}", "prompts/"), VERDICT, FILES, ESI, "")
    assert git(folder, "rev-parse", BRANCH) == pushed
    assert git(folder, "show", f"{BRANCH}:prompts/credit_risk/v3.yaml") == "a: 1"


async def test_a_wrong_token_is_said_in_words_and_shown_nowhere(https):
    place, _ = https
    with pytest.raises(GitFailed) as failed:
        await commit(Remote(f"https://{LOGIN}:stolen-token@{place}", "prompts/"), VERDICT, FILES, ESI, "")
    assert "did not accept the login" in str(failed.value)
    assert "stolen-token" not in str(failed.value) and place not in str(failed.value)


async def test_a_repository_that_is_not_there_is_said_in_words(https):
    place = https[0].replace("remote.git", "other.git")
    with pytest.raises(GitFailed, match="no such repository"):
        await commit(
            Remote(f"https://{LOGIN}:a%20token%2Fof%3Aours@{place}", "prompts/"), VERDICT, FILES, ESI, ""
        )  # fmt: skip


async def test_a_certificate_that_nobody_vouches_for_is_refused(https, monkeypatch):
    monkeypatch.delenv("GIT_SSL_CAINFO")
    with pytest.raises(GitFailed, match="certificate is not trusted"):
        await commit(Remote(f"https://{https[0]}", "prompts/"), VERDICT, FILES, ESI, "")


async def test_a_server_that_does_not_answer_is_said_in_words():
    with pytest.raises(GitFailed, match="cannot be reached"):
        await commit(Remote(f"https://127.0.0.1:{free_port()}/x.git", "prompts/"), VERDICT, FILES, ESI, "")


def an_ssh(folder, script, monkeypatch):
    """Put a program called `ssh` before the real one."""
    programs = folder / "bin"
    programs.mkdir()
    (programs / "ssh").write_text(script)
    (programs / "ssh").chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    monkeypatch.setenv("SSH_LOG", str(folder / "ssh.log"))


@pytest.mark.parametrize("address", ["ssh://git@git.example.com{path}", "git@git.example.com:{path}"])
async def test_a_version_is_committed_over_ssh_and_nobody_is_asked_for_a_password(tmp_path, monkeypatch, address):
    folder = bare(tmp_path / "made")
    an_ssh(tmp_path, STUB, monkeypatch)
    remote = Remote(address.format(path=folder), "prompts/")
    pushed = await commit(remote, VERDICT, FILES, ESI, "")
    assert git(folder, "rev-parse", BRANCH) == pushed and remote.shown == "git.example.com"
    asked = (tmp_path / "ssh.log").read_text()
    assert "BatchMode=yes" in asked and "ConnectTimeout=20" in asked and "git@git.example.com" in asked
    assert f"git-receive-pack '{folder}'" in asked


async def test_an_ssh_key_that_is_not_accepted_is_said_in_words(tmp_path, monkeypatch):
    an_ssh(tmp_path, REFUSING, monkeypatch)
    with pytest.raises(GitFailed) as failed:
        await commit(Remote("git@git.example.com:prompts.git", "prompts/"), VERDICT, FILES, ESI, "")
    said = str(failed.value)
    assert "did not accept this server's SSH key" in said and "Permission denied" in said
    assert "and the repository exists" not in said


async def test_a_branch_that_the_remote_protects_is_said_in_words(tmp_path):
    folder = bare(tmp_path / "made")
    hook = folder / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\necho 'Branches are protected here.' >&2\nexit 1\n")
    hook.chmod(0o755)
    with pytest.raises(GitFailed, match=r"refused the branch.*Branches are protected here"):
        await commit(Remote(str(folder), "prompts/"), VERDICT, FILES, ESI, "")


@pytest.mark.parametrize("address", ["ext::sh -c id", "fd::3", "git://example.com/x.git"])
async def test_addresses_that_run_programs_or_are_open_to_all_are_not_used(address):
    with pytest.raises(GitFailed, match="give https, ssh or a folder"):
        await commit(Remote(address, "prompts/"), VERDICT, FILES, ESI, "")


async def test_what_nobody_foresaw_is_said_as_git_said_it():
    assert in_words("warning: x\nfatal: the disk is full\nhint: y\n") == "fatal: the disk is full"
    assert in_words("") == "it failed"
