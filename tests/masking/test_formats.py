import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.masking.folding import fold
from gateway.masking.formats import Formats
from gateway.masking.patterns import PatternSet
from tests.masking.corpus import samples
from tests.masking.corpus_lines import CLEAN_LINES

FORMATS, FALLBACK = Formats(), Formats(engine="re")


def found(text: str) -> list[tuple[str, str]]:
    return [(span.kind, text[span.start : span.end]) for span in sorted(FORMATS.scan(fold(text)).spans)]


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("call 0244 123 456 now", "PHONE", "0244 123 456"),
        ("call (024) 412-3456", "PHONE", "(024) 412-3456"),
        ("call +233 (0)24 412 3456", "PHONE", "+233 (0)24 412 3456"),
        ("call 00233244123456", "PHONE", "00233244123456"),
        ("column 244123456, next", "PHONE", "244123456"),
        ("call 0 2 4 4 1 2 3 4 5 6", "PHONE", "0 2 4 4 1 2 3 4 5 6"),
        (
            "zero two four double one three five six seven eight",
            "PHONE",
            "zero two four double one three five six seven eight",
        ),
        ("landline 0302 754 928", "PHONE", "0302 754 928"),
        ("abroad +44 7911 123456", "PHONE", "+44 7911 123456"),
        ("card GHA-123456789-0", "ID_CARD", "GHA-123456789-0"),
        ("tin C0012345678", "TAX_ID", "C0012345678"),
        ("at GA-183-8164", "ADDRESS", "GA-183-8164"),
        ("car GR 1234-20", "VEHICLE", "GR 1234-20"),
        ("4111 1111 1111 1111", "CARD", "4111 1111 1111 1111"),
        ("to GB29NWBK60161331926819 PLEASE", "ACCOUNT", "GB29NWBK60161331926819"),
        ("account no. 0012345678", "ACCOUNT", "0012345678"),
        ("yaw [at] mail [dot] com", "EMAIL", "yaw [at] mail [dot] com"),
        ("from 41.66.203.9 at", "IP", "41.66.203.9"),
        ("P.O. Box AN 667 Accra", "ADDRESS", "P.O. Box AN 667"),
        ("House No. 4 Palm Lane, Osu", "ADDRESS", "House No. 4 Palm Lane"),
        ("Plot 63 Block A, Tafo", "ADDRESS", "Plot 63 Block A"),
        ("to Block B Plot 12", "ADDRESS", "Block B Plot 12"),
        (
            "address: two houses from the borehole, Madina",
            "ADDRESS",
            "two houses from the borehole, Madina",
        ),
        (
            "deliver to blue gate opposite the Methodist church",
            "ADDRESS",
            "blue gate opposite the Methodist church",
        ),
        ("mail darko@yahoo,com", "EMAIL", "darko@yahoo,com"),
        ("mail abena12@gmail", "EMAIL", "abena12@gmail"),
        ("mail kofi.m@gmailcom now", "EMAIL", "kofi.m@gmailcom"),
        ("password is Sika@77", "SECRET", "Sika@77"),
        ("my pin 4821", "SECRET", "4821"),
        ("key sk_live_abcdefghij0123456789", "SECRET", "sk_live_abcdefghij0123456789"),
        ("https://a.example/r?token=abcd1234efgh", "URL", "https://a.example/r?token=abcd1234efgh"),
    ],
)
def test_a_personal_form_is_found_exactly(text: str, kind: str, value: str) -> None:
    assert (kind, value) in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "GHS 244,123,456.00",
        "deliver near the end of the month",
        "delivery takes 3 days from the main market",
        "deliver to Kejetia market",
        "rice @ 120 each, oil @ 165",
        "shelf block 4 and row 2",
        "INV-2026-00412",
        "ORD-2026-88120",
        "barcode 6001240100035",
        "0244282473095",
        "2026-10-14T23:20:00Z",
        "18 Sept 2025",
        "v2.14.0.3",
        "batch TDA-9281-SX, 785 pcs",
        "20400de5-2d2b-4818-af49-e3d0a6a21555",
        "txn 46572252309",
        "0.25 301 4012 995",
        "reset the password today",
        "2 boxes on the road",
        "price 12.50 18.75 20.00",
        '{"units": 244123456}',
    ],
)
def test_a_safe_form_survives(text: str) -> None:
    assert found(text) == []


def test_a_mobile_number_wins_over_a_reference_cue() -> None:
    assert found("ref 0551234567") == [("PHONE", "0551234567")]


@pytest.mark.parametrize("line", CLEAN_LINES)
def test_shop_talk_without_personal_values_holds_no_form(line: str) -> None:
    assert found(line) == []


def test_both_engines_read_the_fresh_corpus_alike() -> None:
    for sample in samples(seed=3, count=400):
        shadow = fold(sample.text)
        fast, slow = FORMATS.scan(shadow), FALLBACK.scan(shadow)
        assert (fast.spans, fast.taken) == (slow.spans, slow.taken)


@settings(max_examples=60)
@given(st.text(alphabet="0123456789 .-/()+GHAghasc:@#'\"\n", max_size=60))
def test_both_engines_read_any_digits_alike(text: str) -> None:
    shadow = fold(text)
    assert FORMATS.scan(shadow).taken == FALLBACK.scan(shadow).taken


def test_the_fallback_engine_needs_no_pattern_set() -> None:
    assert list(PatternSet(["a", "b"], engine="re").occurring(b"zzz")) == [0, 1]


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("call 024 - 412 - 3456 now", "PHONE", "024 - 412 - 3456"),
        ("call 024,412,3456 now", "PHONE", "024,412,3456"),
        ("call 024 412\n3456 now", "PHONE", "024 412\n3456"),
        ("call 024-412-\n3456 now", "PHONE", "024-412-\n3456"),
        ("+233 24 412 3456 / 024 412 3457", "PHONE", "024 412 3457"),
        ("zero-two-four-four-one-two-three-four-five-six", "PHONE", "zero-two-four-four-one-two-three-four-five-six"),
        ("GHA - 123456789 - 0 is hers", "ID_CARD", "GHA - 123456789 - 0"),
        ("visa 4111.1111.1111.1111", "CARD", "4111.1111.1111.1111"),
        ("gps address is CC0641973", "ADDRESS", "CC0641973"),
        ("meet at AK - 081 - 4944", "ADDRESS", "AK - 081 - 4944"),
        ("the van BW 7975-Z", "VEHICLE", "BW 7975-Z"),
        ("yaw AT kiosk DOT online", "EMAIL", "yaw AT kiosk DOT online"),
        ("yaw[at]kiosk[dot]travel", "EMAIL", "yaw[at]kiosk[dot]travel"),
        ("date of birth: 3 April 1979", "BIRTH_DATE", "3 April 1979"),
        ("born on 1990-05-17 in Tema", "BIRTH_DATE", "1990-05-17"),
        ("see https://wa.me/233244123456?text=hi", "URL", "https://wa.me/233244123456?text=hi"),
        ("0244123456,0201234567;0551234567", "PHONE", "0201234567"),
        ("0244I234S6 or 0244I23456", "PHONE", "0244I23456"),
        ("from BUZAR 233538206623.", "PHONE", "233538206623"),
        ("my pin na 4821", "SECRET", "4821"),
        ("mac 00:1B:44:11:3A:B7", "IP", "00:1B:44:11:3A:B7"),
        ("instagram: ama.serwaa", "PERSON", "ama.serwaa"),
    ],
)
def test_a_form_is_found_in_the_ways_people_space_and_tear_it(text: str, kind: str, value: str) -> None:
    assert (kind, value) in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "sold 024 pcs\n3456 left",
        "GHS 24,412,345.00",
        "we met at noon and dot the list",
        "the car was 12 - 20 minutes late",
        "till 1 - 2 - 3",
        "born in 2019, a birthday cake for GHS 200",
        "price list, 1,200, 3,400",
        "https://shop.example/p/233000",
        "our facebook page is busy",
    ],
)
def test_numbers_that_only_resemble_one_stay(text: str) -> None:
    assert found(text) == []
