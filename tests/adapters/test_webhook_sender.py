"""A webhook goes to the public internet or nowhere: whatever its address says, resolves to, or redirects to."""

import asyncio
import ipaddress
from contextlib import asynccontextmanager

import pytest

from gateway.adapters.webhook_sender import WebhookSender, is_public, resolve_name
from gateway.errors import ValidationFailed

PRIVATE = [
    "127.0.0.1", "127.8.9.1", "10.0.0.1", "172.16.3.4", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
    "192.0.0.1", "192.0.2.7", "198.18.0.1", "203.0.113.9", "224.0.0.1", "240.0.0.1", "255.255.255.255", "::1", "::",
    "fe80::1", "fc00::1", "fd12:3456::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1",
    "2002:7f00:1::", "2002:0a00:0001::", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2001:db8::1",
    "2001:0:0:0:0:0:80ff:fffe",
]  # fmt: skip
REFUSED = [
    "http://example.com/", "ftp://example.com/", "https://", "https:///x", "example.com", "//example.com", "",
    "https://localhost/", "https://127.0.0.1/", "https://[::1]/", "https://[::ffff:7f00:1]/", "https://169.254.169.254/",
    "https://10.1.2.3:443/", "https://example.com:22/", "https://example.com:80/", "https://example.com:6379/",
    "https://user@example.com/", "https://user:pass@example.com/", "https://example.com/#x", "https://exa mple.com/",
    "https://example.com/\r\nX-Evil: 1", "https://éxample.com/", "https://example.com:x/", "https://example.com:99999/",
    "https://[::1", "file:///etc/passwd", "gopher://example.com/", "https://example.com/" + "a" * 2000,
    "http://127.0.0.1:8000/", "https://a..b/", f"https://{'a' * 64}.com/", "https://-/", "https://example-.com/",
]  # fmt: skip


@asynccontextmanager
async def listening(*answers: bytes):
    """Give the port of a server that answers each connection in turn, and what it was sent."""
    got: list[bytes] = []

    async def serve(reader, writer):
        got.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(answers[min(len(got), len(answers)) - 1])
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1], got


def answers_with(*addresses: str):
    found = list(addresses)

    async def resolve(host, port):
        return [found.pop(0)] if len(found) > 1 else found

    return resolve


@pytest.mark.parametrize("address", PRIVATE)
def test_no_private_form_is_public(address):
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_public_addresses_are(address):
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("url", REFUSED)
def test_an_address_that_cannot_be_meant_is_refused_when_it_is_registered(url):
    with pytest.raises(ValidationFailed) as refused:
        WebhookSender().check(url)
    assert refused.value.errors[0].pointer == "/url"


@pytest.mark.parametrize(
    "url", ["https://pos.example.com/hooks?token=1", "https://pos.example.com:8443/", "https://8.8.8.8/"]
)
def test_an_ordinary_address_is_accepted(url):
    WebhookSender().check(url)


@pytest.mark.parametrize("url", [u for u in REFUSED if u.startswith("http")])
async def test_nothing_is_sent_to_it_either_should_it_have_been_stored(url):
    sent = await WebhookSender(resolve=answers_with("127.0.0.1")).post(url, {}, b"{}")
    assert (sent.status, sent.fault) == (0, "forbidden_address")


@pytest.mark.parametrize("address", PRIVATE)
async def test_a_name_that_leads_to_a_private_address_gets_no_connection(address):
    sent = await WebhookSender(resolve=answers_with(address)).post("https://innocent.example/", {}, b"{}")
    assert (sent.status, sent.fault) == (0, "forbidden_address")


async def test_one_private_address_among_public_ones_is_enough_to_refuse():
    async def resolve(host, port):
        return ["93.184.216.34", "127.0.0.1"]

    sent = await WebhookSender(resolve=resolve).post("https://innocent.example/", {}, b"{}")
    assert sent.fault == "forbidden_address"


@pytest.mark.parametrize(
    "host", ["127.1", "0x7f.1", "2130706433", "017700000001", "localhost.", "127.0.0.1.nip.example"]
)
async def test_odd_spellings_of_this_machine_are_resolved_and_refused(host):
    resolve = answers_with("127.0.0.1") if host.endswith("example") else None
    sent = await WebhookSender(resolve=resolve).post(f"https://{host}/", {}, b"{}")
    assert not sent.ok and sent.fault in ("forbidden_address", "unreachable")


async def test_a_name_is_resolved_once_and_the_checked_address_is_the_one_connected_to():
    asked = []

    async def rebinding(host, port):
        asked.append(host)
        return ["198.51.100.1"] if len(asked) > 1 else ["127.0.0.1"]

    async with listening(b"HTTP/1.1 204 No Content\r\n\r\n") as (port, got):
        sent = await WebhookSender(loopback=True, ports=frozenset({port}), resolve=rebinding).post(
            f"http://localhost:{port}/x", {"webhook-id": "1"}, b"{}"
        )
    assert (sent.status, asked) == (204, ["localhost"])
    assert got[0].startswith(b"POST /x HTTP/1.1\r\n") and f"localhost:{port}".encode() in got[0]


async def test_a_name_that_no_dns_can_hold_is_unreachable_and_no_fault_of_ours():
    with pytest.raises(OSError):
        await resolve_name("a..b", 443)


async def test_an_address_that_does_not_answer_is_passed_over_for_the_next():
    async with listening(b"HTTP/1.1 204 No Content\r\n\r\n") as (port, got):

        async def resolve(host, port):
            return ["127.0.0.2", "127.0.0.1"]

        sender = WebhookSender(loopback=True, resolve=resolve)
        sent = await sender.post(f"http://localhost:{port}/", {}, b"{}")
        assert (sent.status, len(got)) == (204, 1)


async def test_a_redirect_is_an_answer_and_not_a_way():
    async with listening(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n") as (
        port,
        got,
    ):
        sent = await WebhookSender(loopback=True).post(f"http://127.0.0.1:{port}/", {}, b"{}")
    assert (sent.status, sent.ok, len(got)) == (302, False, 1)


async def test_a_slow_address_is_given_up_and_a_flood_is_not_read():
    hang = await asyncio.start_server(lambda reader, writer: asyncio.sleep(3600), "127.0.0.1", 0)
    async with hang:
        port = hang.sockets[0].getsockname()[1]
        sent = await WebhookSender(loopback=True, timeout_s=0.1).post(f"http://127.0.0.1:{port}/", {}, b"{}")
        assert sent.fault == "timeout"
    flood = b"HTTP/1.1 200 OK\r\ncontent-length: 99999999\r\n\r\n" + b"x" * 200_000
    async with listening(flood) as (port, _):
        assert (await WebhookSender(loopback=True).post(f"http://127.0.0.1:{port}/", {}, b"{}")).status == 200


async def test_plain_http_where_tls_is_expected_and_a_closed_port_are_faults():
    async with listening(b"not tls at all\r\n\r\n") as (port, _):
        sent = await WebhookSender(loopback=True, ports=frozenset({port}), timeout_s=2).post(
            f"https://127.0.0.1:{port}/", {}, b"{}"
        )
    assert not sent.ok and sent.fault in ("tls", "unreachable", "timeout")
    sent = await WebhookSender(loopback=True).post(f"http://127.0.0.1:{port}/", {}, b"{}")
    assert sent.fault == "unreachable"
