"""A sentence in another language is told from English; names, goods and short texts are not mistaken for one."""

import pytest

from gateway.grounding.language import is_foreign
from gateway.library.yamlfile import read_yaml_file
from tests.features.fakes import PROMPTS
from tests.service import catalog_of


@pytest.mark.parametrize(
    "sentence",
    [
        "Votre entreprise a très bien vendu ce mois-ci et les clients sont heureux.",
        "L'entreprise a vendu plus que le mois dernier dans toutes les catégories.",
        "Los clientes compraron más este mes y las ventas son buenas para su negocio.",
        "As vendas foram boas este mês e os clientes não estão atrasados.",
        "Der Umsatz ist in diesem Monat gestiegen und die Kunden haben bezahlt.",
        "Adetɔfoɔ no tɔɔ nneɛma pii bosome yi mu na wɔn ani agye yie.",
        "本月销售额上升，客户满意。",
        "ارتفعت المبيعات هذا الشهر والعملاء راضون",
    ],
)
def test_another_language_is_noticed(sentence: str):
    assert is_foreign(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "The best customers are محمد علي, Yakubu Ŋmaa and 王小明.",
        "Les Delices du Chef owes GHS 400 since May.",
        "Your top product is Sel de la Mer, and La Vache qui Rit comes next.",
        "Order 12 Pain au Chocolat and 4 Crème de la Crème now.",
        "Die Casting Kit: 12 in stock.",
        "Ama Serwaa",
        "GHS 1,200",
        "电饭锅",
        "Wo wɔ nkuto?",
        "",
    ],
)
def test_names_in_other_languages_are_no_other_language(sentence: str):
    assert not is_foreign(sentence)


def _texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for part in parts for text in _texts(part)]


def test_what_the_evidence_holds_says_nothing_about_the_language():
    sentence = "La Boulangerie des Amis du Pain et les Gourmands"
    assert is_foreign(sentence)
    assert not is_foreign(sentence, lambda: "customer: La Boulangerie des Amis du Pain et les Gourmands")
    assert is_foreign("本月销售额上升，客户满意。", lambda: "电饭锅")


@pytest.mark.parametrize("name", catalog_of().features)
def test_the_examples_of_every_feature_are_english(name: str):
    example = read_yaml_file(PROMPTS / name / "feature.yaml").data["example"]["response"]
    assert [text for text in _texts(example) if is_foreign(text)] == []
