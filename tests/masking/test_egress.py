import base64
import json
import urllib.parse

import pytest

from gateway.domain.reply import EgressBlocked
from gateway.masking.egress import guard
from gateway.masking.masker import Masker
from gateway.masking.vault import Vault

STATIC = "Keep the grace period in mind. Price: as listed. Mark overdue invoices. King size. Love the customer."


def body(text: str, static: str = STATIC) -> bytes:
    call = {
        "model": "m", "temperature": 0.3, "created": 1764412345678901,
        "messages": [{"role": "system", "content": static}, {"role": "user", "content": text}],
        "safety_identifier": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    }  # fmt: skip
    return json.dumps(call).encode()


def vault_of(*values: tuple[str, str]) -> Vault:
    vault = Vault()
    for kind, value in values:
        vault.mark(kind, value)
    return vault


PEOPLE = vault_of(
    ("PERSON", "Selorm Price"),
    ("PHONE", "+233 24 411 2345"),
    ("BUSINESS", "Victory Supermarket"),
    ("ADDRESS", "Plot 9 Palm Lane, Osu"),
)


@pytest.mark.parametrize(
    "leak",
    [
        "Selorm",
        "SELORM PRICE",
        "ask selorm",
        "victory supermarket",
        "244112345",
        "0244-11-23-45",
        "palm lane",
        "x@mail.example",
        "GHA-123456789-0",
    ],
)
@pytest.mark.parametrize(
    "disguise",
    [
        str,
        lambda s: s[:1] + "\u200b" + s[1:],
        lambda s: urllib.parse.quote(s, safe=""),
        lambda s: "".join(f"\\u{ord(c):04x}" for c in s),
        lambda s: "".join(f"&#{ord(c)};" for c in s),
        lambda s: base64.b64encode(f"about {s} only".encode()).decode(),
        lambda s: json.dumps({"a": json.dumps({"b": s})}),
    ],
    ids=["raw", "zero width", "percent", "backslash", "html", "base64", "nested json"],
)
def test_a_value_or_a_part_of_it_never_leaves(leak: str, disguise) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(EgressBlocked):
        guard(body(f"note {disguise(leak)} end"), PEOPLE)


def test_a_masked_body_leaves_though_the_prompt_uses_words_that_are_names() -> None:
    vault = vault_of(("PERSON", "Grace King"), ("PERSON", "Love"), ("BUSINESS", "Sunday Market"))
    guard(body('{"customer": "<PERSON_1>", "score": 72, "due": "2026-11-20", "id": "INV-2026-00412"}'), vault)


def test_a_name_that_is_a_word_is_stopped_where_it_stands_as_a_name() -> None:
    with pytest.raises(EgressBlocked) as caught:
        guard(body("ask Love about it"), vault_of(("PERSON", "Love")))
    assert caught.value.kind == "PERSON"


def test_findings_of_the_prompts_own_text_can_be_allowed() -> None:
    with pytest.raises(EgressBlocked):
        guard(body("x", static="Write to help@shop.example"), Vault())
    guard(body("x", static="Write to help@shop.example"), Vault(), allowed={"help@shop.example"})


def test_a_number_of_the_vault_is_found_as_a_json_number() -> None:
    with pytest.raises(EgressBlocked):
        guard(json.dumps({"phone": 233244112345}).encode(), PEOPLE)


@pytest.mark.parametrize("broken", [b"", b"{", b"\xff\xfe", b"[" * 200_000])
def test_what_cannot_be_read_does_not_leave(broken: bytes) -> None:
    with pytest.raises(EgressBlocked) as caught:
        guard(broken, Vault())
    assert caught.value.kind.startswith("guard_failed")


def test_a_body_that_is_too_large_or_takes_too_long_does_not_leave() -> None:
    with pytest.raises(EgressBlocked, match="too_large"):
        guard(b'"' + b"a" * 2_100_000 + b'"', Vault())
    with pytest.raises(EgressBlocked, match="time_limit"):
        guard(body("x"), Vault(), time_limit=-1.0)


def test_the_refusal_names_no_value() -> None:
    with pytest.raises(EgressBlocked) as caught:
        guard(body("ask Selorm"), PEOPLE)
    assert "selorm" not in str(caught.value).lower()
    assert caught.value.__cause__ is None


def test_what_the_masker_masked_passes_the_guard() -> None:
    masker, vault = Masker.default(), Vault()
    facts = {"customer": {"name": "Gift Sunday", "note": "gift sunday paid 0244112345, plot 9 Palm Lane"}}
    masked = masker.mask_tree(facts, vault, pii={"/customer/name": "person"}, plain=())
    guard(body(json.dumps(masked)), vault)


def test_a_number_with_unusual_spaces_is_found_in_base64() -> None:
    vault = Vault()
    vault.mark("PHONE", "024\u00a0412\u00a03456")
    blob = base64.b64encode("024\u00a0412\u00a03456".encode()).decode()
    with pytest.raises(EgressBlocked):
        guard(json.dumps({"messages": [{"role": "user", "content": f"note: {blob} "}]}).encode(), vault)


FOREIGN = vault_of(
    ("PERSON", "王伟"), ("PERSON", "Елизавета Ильина"), ("PERSON", "김철수"), ("PERSON", "欧阳娜娜"),
    ("ADDRESS", "长江路和平大厦三楼"),
)  # fmt: skip
HARMLESS = (
    *("蓝色 电饭锅", "Бабушкина Юля", "ሻይ ቡና", "قماش كانو", "قم"),
    *("비누 두개", "北京市场人民商店五层", "Чайник фарфоровый"),
)
LEAKS = (
    *("王伟", "ask 王伟 now", "ИЛЬИНА", "для Елизавета", "김철수", "김철수가 샀다"),
    *("今天欧阳娜娜买了茶", "长江路和平大厦三楼", "长江路 和平大厦 三楼"),
)


@pytest.mark.parametrize("harmless", HARMLESS)
def test_a_word_in_other_letters_is_no_personal_value_only_because_it_is_as_long(harmless: str):
    guard(body(harmless), FOREIGN)


@pytest.mark.parametrize("leak", LEAKS)
@pytest.mark.parametrize(
    "disguise", [str, lambda s: urllib.parse.quote(s, safe=""), lambda s: s[:1] + "\u200b" + s[1:]]
)
def test_a_personal_value_in_other_letters_is_found_as_it_is_spelled(leak: str, disguise):
    with pytest.raises(EgressBlocked):
        guard(body(disguise(leak)), FOREIGN)
