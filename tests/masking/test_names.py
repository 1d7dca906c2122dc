import pytest

from gateway.masking.lexicon import load_lexicon
from gateway.masking.masker import Masker
from tests.masking.corpus_lines import CLEAN_LINES

MASKER = Masker.default()


def found(text: str, *catalogue: str) -> list[str]:
    return [text[s.start : s.end] for s in MASKER.detect(text, catalogue=catalogue) if s.kind in ("PERSON", "BUSINESS")]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("we gave Zorbiwaa Klenyuie credit", "Zorbiwaa Klenyuie"),
        ("efua tagoe dey owe we", "efua tagoe"),
        ("REMIND YAKUBU A. DZOKOTO TODAY", "YAKUBU A. DZOKOTO"),
        ("honest tagoe asked for it", "honest tagoe"),
        ("tell mercy to come", "mercy"),
        ("Mr. Brown owes us", "Brown"),
        ("Grace: pls is it ready?\nShop: yes", "Grace"),
        ("Joy, 0244123456, two crates", "Joy"),
        ("kofi_mensah24 and NyameKlutse", "NyameKlutse"),
        ("goods for D'Souza and O'Brien", "D'Souza"),
        ("Ольга Павлова paid", "Ольга Павлова"),
        ("sold to Sake Nwosu yesterday", "Sake Nwosu"),
        ("bought from Morning Dew Ventures", "Morning Dew Ventures"),
        ("agyapong & sons paid", "agyapong & sons"),
    ],
)
def test_a_name_is_found(text: str, name: str) -> None:
    assert name in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "Grace period of 14 days",
        "Mark the invoice as paid",
        "Will you bill me in May?",
        "Joy Soap and Princess Slippers",
        "before Tuesday and on Friday",
        "sold at Tetteh Quarshie Interchange",
        "Kwame Rice 5kg is out",
        "restocked the offcuts",
        "wtih teh bougth goods",
        "the unitPrice and qty_left fields",
        "VAT, POS, MoMo and GHS",
        "colour-coded catalogue, prioritised",
        "yɛbɛtua ka no ɔkyena",
        "abeg wetin be the price",
        "our trading partners and joint ventures",
        "Zomi, kpokpoi and hwentia are out",
        "Nkulenu palm drink and Alvaro 330ml",
    ],
)
def test_ordinary_words_survive(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize("line", CLEAN_LINES)
def test_shop_talk_without_names_is_left_alone(line: str) -> None:
    assert found(line) == []


def test_a_name_found_once_is_found_again_where_it_stands_alone() -> None:
    assert found("Mercy Tagoe paid. Later Mercy came back, mercy is kind.") == ["Mercy Tagoe", "Mercy"]


def test_the_catalogue_makes_brands_safe_where_a_product_stands() -> None:
    assert found("restock Zorbi Crunch today") == ["Zorbi Crunch"]
    assert found("restock Zorbi Crunch today", "Zorbi Crunch 50g") == []
    assert found("Kofi Brokeman chips", "Kofi Brokeman Chips 30g") == []
    assert found("call Kofi today", "Kofi Brokeman Chips 30g") == ["Kofi"]


def test_the_lexicon_is_small_and_knows_names_before_words() -> None:
    lexicon = load_lexicon()
    assert lexicon.classes.size < 90_000
    assert lexicon.is_safe("receivables")
    assert not lexicon.is_safe("yaw")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Z. Service bought a fridge", "Z. Service"),
        ("refund to I. Golden", "I. Golden"),
        ("did Boateng, Glory collect it?", "Glory"),
        ("King, Yakubu owes us", "King"),
        ("How much does Patience Brown owe?", "Patience Brown"),
        ("what did Kofi Wood say", "Kofi Wood"),
        ("efua white paid", "efua white"),
        ("Ruby Klenyuie: ready?", "Ruby Klenyuie"),
        ("the debtors are Efua Tagoe and Hope", "Hope"),
        ("Blessing no pay since last week", "Blessing"),
        ("we gave Yakubu 12 pcs each", "Yakubu"),
        ("Maame Boateng came", "Maame Boateng"),
    ],
)
def test_an_ordinary_word_is_a_name_by_its_shape(text: str, name: str) -> None:
    assert name in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "Plan B. Sales rose in May",
        "Vitamin C. Stock is low",
        "Grade A. Price is up",
        "Golden Brown is a shade of paint we sell",
        "goods for Abossey Okai branch",
        "Uncle Ben's rice and Aunt Jemima pancakes",
        "3 tins of Titus sardine",
        "Dr. Oetker powder, Lady's finger okra",
        "Adwuma yɛ den, nanso sika nni hɔ",
        "Boss, when is the delivery?",
    ],
)
def test_no_name_is_seen_where_an_initial_a_brand_or_a_comma_stands(text: str) -> None:
    assert found(text) == []
