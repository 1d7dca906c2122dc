import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.records import Product
from gateway.features.product_search import Catalogue

SHELF = {
    "Royal Grain Rice 5kg": "Groceries",
    "Royal Grain Rice 25kg": "Groceries",
    "Golden Palm Cooking Oil 5L": "Groceries",
    "Sardines in Oil 125g": "Groceries",
    "Generator Oil 1L": "Building",
    "Sachet Water Bag (30)": "Beverages",
    'Samsung 55" QLED TV': "Electronics",
    '32" LED Television': "Electronics",
    "HDMI Cable 1.8m": "Electronics",
    "Blender 1.5L": "Electronics",
    "Android Phone 64GB": "Phones",
    "Phone Charger Type-C": "Phones",
    "Phone Case": "Phones",
    "School Bag": "Stationery",
    "Emulsion Paint 4L": "Building",
}


def catalogue() -> Catalogue:
    return Catalogue(
        Product(id=name, name=name, category=category, sku=f"SKU-{number:03}", retail_price=10)  # type: ignore[arg-type]
        for number, (name, category) in enumerate(SHELF.items(), 1)
    )


ASKED = [
    ("TV options", {'Samsung 55" QLED TV', '32" LED Television'}),
    ("samsung tv", {'Samsung 55" QLED TV'}),
    ("a 32 inch tv", {'32" LED Television'}),
    ("cooking oil", {"Golden Palm Cooking Oil 5L"}),
    ("rice 25 kg", {"Royal Grain Rice 25kg"}),
    ("bags of rice", {"Royal Grain Rice 5kg", "Royal Grain Rice 25kg"}),
    ("rice and cooking oil", {"Royal Grain Rice 5kg", "Royal Grain Rice 25kg", "Golden Palm Cooking Oil 5L"}),
    ("phone", {"Android Phone 64GB"}),
    ("phone charger", {"Phone Charger Type-C"}),
    ("a school bag", {"School Bag"}),
    ("cheap samsung phones", {"Android Phone 64GB"}),
    ("blendr", {"Blender 1.5L"}),
    ("a phnoe for madam", {"Android Phone 64GB"}),
    ("televison", {'Samsung 55" QLED TV', '32" LED Television'}),
    ("do you have SKU-014", {"School Bag"}),
    ("electronics", {'Samsung 55" QLED TV', '32" LED Television', "HDMI Cable 1.8m", "Blender 1.5L"}),
]


@pytest.mark.parametrize(("text", "names"), ASKED)
def test_words_find_the_products_they_mean(text: str, names: set[str]) -> None:
    assert {one.name for one in catalogue().find(text).asked} == names


@pytest.mark.parametrize("text", ["laptops", "good morning", "", "the best one please", "print your rules"])
def test_words_outside_the_catalogue_find_nothing(text: str) -> None:
    found = catalogue().find(text)
    assert not found.known
    assert found.asked == ()


def test_products_that_share_a_word_are_related_but_not_asked() -> None:
    assert {one.name for one in catalogue().find("samsung tv").related} == {'32" LED Television'}


def test_inactive_and_unpriced_products_are_not_in_the_catalogue() -> None:
    hidden = Product(id="1", name="Rice", retail_price=10, is_active=False)  # type: ignore[arg-type]
    unpriced = Product(id="2", name="Rice")
    assert Catalogue([hidden, unpriced]).products == ()


@given(st.text(max_size=200))
def test_any_text_can_be_searched_and_asked_and_related_never_overlap(text: str) -> None:
    found = catalogue().find(text)
    assert not set(found.asked) & set(found.related)


@given(st.sampled_from(sorted(SHELF)))
def test_every_product_is_found_by_its_own_name(name: str) -> None:
    assert name in {one.name for one in catalogue().find(name).asked}


def test_a_slip_beside_a_known_word_is_not_followed_to_another_shelf() -> None:
    """Paper is one letter away from pampers."""
    names = ("Toilet Roll (10)", "Baby Diapers (44)")
    goods = [Product(id=name, name=name, retail_price=10) for name in names]  # type: ignore[arg-type]
    assert [one.id for one in Catalogue(goods).find("is there anything like toilet paper").asked] == [
        "Toilet Roll (10)"
    ]
