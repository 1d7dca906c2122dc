import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.library.catalog import parse_version, read_partials
from gateway.library.lint import lint, main
from gateway.library.problems import LibraryError
from tests.library.conftest import VERSION, Library


def test_a_feature_of_files_alone_is_loaded_whole(library):
    catalog = library.load()
    feature, prompt = catalog.features["loyalty_offers"], catalog.prompts["loyalty_offers", 1]
    assert feature.pii == {"/note": "free-text"} and feature.evidence == "input" and feature.method == "POST"
    assert (prompt.label, prompt.route, prompt.trim) == ("loyalty_offers@1", "gpt-3.5", ("/tags",))
    assert [message.role for message in prompt.messages] == ["system", "user", "assistant", "user"]
    assert prompt.messages[0].render({}) == "You write offers. Be polite."
    text = prompt.messages[-1].render({"request": {"visits": 3}, "evidence": "<e>{{ x }}</e>"})
    assert text == "Visits: 3\n<e>{{ x }}</e>"
    assert catalog.by_hash[prompt.content_hash] is prompt and catalog.versions("loyalty_offers") == [prompt]


def test_every_input_also_accepts_a_day_and_records(library):
    check = library.load().features["loyalty_offers"].input.check
    assert check({"visits": 1, "as_of": "2026-11-22", "records": {"customers": [{"id": "x"}]}}) == []
    assert [error.pointer for error in check({"visits": 1, "as_of": "soon", "records": {"customers": 3}})] == [
        "/as_of", "/records/customers",
    ]  # fmt: skip


def test_a_plan_gives_a_feature_its_limit_and_its_mode(library, policy):
    feature = library.load().features["loyalty_offers"]
    plans = policy.plans
    assert [feature.limit(plans[p]) for p in ("STARTER", "ENTERPRISE", "TRIAL")] == [5, -1, 0]
    assert [feature.mode(plans[p]) for p in ("STARTER", "ENTERPRISE", "TRIAL")] == ["ai", "ai", "none"]


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("name: loyalty_offers", "name: loyalty", 1, "Write `name: loyalty_offers`"),
        ("title: Loyalty", "tittle: Loyalty", 2, "Did you mean `title`?"),
        ("method: POST", "method: PUT", 5, "must be 'GET' or 'POST'"),
        ("path: /api/ai/loyalty-offers/", "path: /api/ai/loyalty-offers", 6, "both slashes"),
        ("path: /api/ai/loyalty-offers/", "path: /api/ai/loyalty-offers/{customer_id}/", 6, "no field of `input`"),
        ("flag: AI_LOYALTY_ENABLED", "flag: LOYALTY", 7, "AI_CREDIT_ENABLED"),
        ("limits: {STARTER: 5, PROFESSIONAL: 50, ENTERPRISE: -1}\n", "", 8, "does not know the meter"),
        ("meter: loyalty_offers_per_month", "meter: insights_per_month", 10, "already limits"),
        ("meter: loyalty_offers_per_month", "meter: loyalty_offers", 8, "does not say its window"),
        ("meter: loyalty_offers_per_month", "meter: null", 10, "need a meter"),
        ("{STARTER: 5,", "{STARTR: 5,", 10, "Did you mean `STARTER`?"),
        ("{STARTER: 5,", "{STARTER: -2,", 10, "-1 is unlimited"),
        ("route: gpt-3.5", "modes: {GOLD: ai}\nroute: gpt-3.5", 11, "no plan `GOLD`"),
        ("route: gpt-3.5", "route: gpt-35", 11, "Did you mean `gpt-3.5`?"),
        ("evidence: input", "evidence: no_such_module", 14, "gather() and fallback()"),
        ("evidence: input", "evidence: ../os", 14, "no module"),
        ("evidence: input", "evidence: arithmetic", 14, "has no gather()"),
        ("essential: [/offer/text]", "essential: [/offer/txt]", 15, "Did you mean `text`?"),
        ("essential: [/offer/text]", "essential: [/offer/percent]", 15, "not a text"),
        ("free_input: [/note]", "free_input: [/notes]", 16, "Did you mean `note`?"),
        ("free_input: [/note]", "stream: repl", 16, "no field `/repl`"),
        ("free_input: [/note]", "languages: [en]", 16, "no field `language`"),
        (", x-pii: free-text", "", 22, "says nothing about personal data"),
        ("    note: {", "    as_of: {type: string, x-pii: none}\n    note: {", 22, "added to every feature"),
        ("request: {visits: 12}", "request: {visits: 0}", 37, "must be 1 or more"),
        ('text: "Ten percent off.", ', "", 38, "/offer/text is required"),
    ],
)
def test_a_slip_in_a_contract_is_refused_with_its_line(refused, old, new, line, said):
    problems = refused("feature.yaml", old, new)
    assert f"prompts/loyalty_offers/feature.yaml:{line}: " in problems and said in problems


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("feature: loyalty_offers", "feature: loyalty", 1, "Write `feature: loyalty_offers`"),
        ("version: 1", "version: 2", 2, "Name it v2.yaml"),
        ("reasoning_effort: none}", "reasoning_effort: low}", 4, "only with `reasoning_effort: none`"),
        ("version: 1", "version: 1\nroute: gpt-4", 5, "use one of low, medium, high"),
        ("You write offers.", "You write offers. " * 100, 5, "Without any data the prompt takes about"),
        ("partials: [manners]", "partials: [maners]", 6, "Did you mean `manners`?"),
        ("partials: [manners]", "partials: []", 10, "not declared"),
        ("{{ partials.manners }}", "Nothing.", 6, "is not used"),
        ("- role: system", "- role: user", 7, "The first message, and only it"),
        ("{{ request.visits }}", "{{ request.visit }}", 13, "Did you mean `visits`?"),
        ("{{ request.visits }}", "{{ request.note }}", 13, "`request.note` may be left out"),
        ("{{ request.visits }}", "{{ request.visits.x }}", 13, "no field `request.visits.x`"),
        ("{{ evidence }}", "No data.", 7, "No message shows the evidence"),
        ("You write offers.", "You write offers for {{ request.note }}.", 10, "may not use `request`"),
        ("trim: [/tags]", "trim: [tags]", 15, "not a pointer"),
        ("trim: [/tags]", "trim: [/tag]", 15, "Did you mean `tags`?"),
        ("trim: [/tags]", "trim: [/visits]", 15, "is not a list"),
        ("<= 400", "<= 400 and answer.offer.percent < 50", 28, "`answer.offer.percent` may be left out"),
        ("<= 400", "<= 400 and request.kind == 'gift'", 28, "`request.kind` may be left out"),
        ("        percent: {type", "        percents: {type", 25, "no field `/offer/percents`"),
        ("minLength: 1", "minLenght: 1", 24, "Did you mean `minLength`?"),
        ("answer.offer.text", "answer.offer.txt", 28, "Did you mean `text`?"),
        ("len(answer.offer.text)", "length(answer.offer.text)", 28, "Did you mean `len`?"),
        ("id: offer-is-short", "id: Offer", 27, "small letters with hyphens"),
        ('text: "A free coffee."', 'texts: "A free coffee."', 32, "must fit `output`"),
        ("description: First version.", "description: 2026", 3, "must be a valid string"),
    ],
)
def test_a_slip_in_a_version_is_refused_with_its_line(refused, old, new, line, said):
    problems = refused("v1.yaml", old, new)
    assert f"prompts/loyalty_offers/v1.yaml:{line}: " in problems and said in problems


@pytest.mark.parametrize(
    "guarded",
    [
        "{{ request.note|default('none') }}",
        "{% if request.note is defined %}{{ request.note }}{% endif %}",
        "{{ request.note if request.note is defined else 'none' }}",
        "{% if request.note is defined and request.note != '' %}{{ request.note|upper }}{% endif %}",
    ],
)
def test_an_optional_field_may_be_used_behind_a_test(library, guarded):
    library.change("loyalty_offers/v1.yaml", "{{ request.visits }}", guarded)
    assert library.problems() == []


@pytest.mark.parametrize(
    "unguarded",
    [
        "{% if request.note is defined %}x{% else %}{{ request.note }}{% endif %}",
        "{% if request.note is defined or request.visits > 3 %}{{ request.note }}{% endif %}",
        "{{ request.note|upper|default('x') }}",
    ],
)
def test_a_test_that_does_not_cover_the_use_is_not_enough(library, unguarded):
    library.change("loyalty_offers/v1.yaml", "{{ request.visits }}", unguarded)
    assert "may be left out by a caller" in "\n".join(library.problems())


def test_a_rule_may_speak_of_an_optional_field_behind_exists(library):
    guarded = "implies(exists(answer.offer.percent), answer.offer.percent < 50)"
    library.change("loyalty_offers/v1.yaml", "len(answer.offer.text) <= 400", guarded)
    assert library.problems() == []


def test_all_problems_of_all_files_are_told_at_once(library):
    library.change("loyalty_offers/feature.yaml", "method: POST", "method: PUT")
    library.write("other/feature.yaml", "name: other\nname: other\n")
    library.write("third/notes.txt", "x")
    library.write("_shared/bad.txt", "line\n{{ x }}")
    problems = "\n".join(library.problems())
    for file in (
        "loyalty_offers/feature.yaml:5:",
        "other/feature.yaml:2:",
        "third/feature.yaml:",
        "_shared/bad.txt:2:",
    ):
        assert f"prompts/{file}" in problems
    assert "prompts/third/notes.txt: This file has no meaning here." in problems


def test_two_features_cannot_answer_on_one_path(library):
    feature = (library.root / "loyalty_offers/feature.yaml").read_text()
    library.write("second/feature.yaml", feature.replace("name: loyalty_offers", "name: second"))
    library.write("second/v1.yaml", VERSION.replace("loyalty_offers", "second"))
    assert "POST /api/ai/loyalty-offers/ is taken. The feature loyalty_offers has it" in "\n".join(library.problems())


def test_a_mode_that_contradicts_the_plans_is_refused(library):
    text = (library.root / "loyalty_offers/feature.yaml").read_text()
    library.write("credit_dashboard/feature.yaml", text.replace("loyalty_offers\n", "credit_dashboard\n", 1))
    library.change("credit_dashboard/feature.yaml", "route:", "modes: {STARTER: ai}\nroute:")
    assert "plans.yaml says `none` for this plan. Say it in one place only." in "\n".join(library.problems())


def content_hash(library):
    return library.load().prompts["loyalty_offers", 1].content_hash


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("loyalty_offers/v1.yaml", "You write offers.", "You write an offer."),
        ("loyalty_offers/v1.yaml", "Visits: {{", "Visit: {{"),
        ("loyalty_offers/v1.yaml", "temperature: 0.3", "temperature: 0.31"),
        ("loyalty_offers/v1.yaml", "token_budget: 500", "token_budget: 501"),
        ("loyalty_offers/v1.yaml", "trim: [/tags]", "trim: []"),
        ("loyalty_offers/v1.yaml", "maxLength: 400", "maxLength: 401"),
        ("loyalty_offers/v1.yaml", "<= 400", "<= 401"),
        ("loyalty_offers/v1.yaml", "A free coffee.", "A free tea."),
        ("_shared/manners.txt", "polite", "kind"),
        ("loyalty_offers/feature.yaml", "maxLength: 300", "maxLength: 299"),
        ("loyalty_offers/feature.yaml", "x-pii: free-text", "x-pii: person"),
        ("loyalty_offers/feature.yaml", "percent: {type: number}", "percent: {type: integer}"),
        ("loyalty_offers/feature.yaml", "essential: [/offer/text]", "essential: []"),
    ],
)
def test_one_changed_word_changes_the_content_hash(library, name, old, new):
    before = content_hash(library)
    library.change(name, old, new)
    assert content_hash(library) != before


def test_another_route_changes_the_content_hash(library):
    library.change("loyalty_offers/v1.yaml", "temperature: 0.3, reasoning_effort: none", "reasoning_effort: low")
    before = content_hash(library)
    library.change("loyalty_offers/feature.yaml", "route: gpt-3.5", "route: gpt-4")
    assert content_hash(library) != before


def test_raising_the_masking_or_grounding_policy_changes_the_content_hash(library, monkeypatch):
    before = content_hash(library)
    monkeypatch.setattr("gateway.library.hashing.MASKING_POLICY", "next")
    masking = content_hash(library)
    monkeypatch.setattr("gateway.library.hashing.GROUNDING_POLICY", "next")
    assert len({before, masking, content_hash(library)}) == 3


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("title: Loyalty offers", "title: Offers"),
        ("summary: Suggests", "summary: Proposes"),
        ("cache_seconds: 60", "cache_seconds: 90"),
        ("deadline_ms: 3000", "deadline_ms: 2000"),
        ("STARTER: 5", "STARTER: 7"),
        ("flag: AI_LOYALTY_ENABLED", "flag: AI_OFFERS_ENABLED"),
        ("visits: 12}\n", "visits: 13}\n"),
        ("name: loyalty_offers", "# a remark\n\nname:   loyalty_offers"),
    ],
)
def test_what_changes_no_answer_keeps_the_content_hash(library, old, new):
    before = content_hash(library)
    library.change("loyalty_offers/feature.yaml", old, new)
    assert content_hash(library) == before


def reversed_keys(value):
    if isinstance(value, dict):
        return {key: reversed_keys(value[key]) for key in reversed(value)}
    return [reversed_keys(item) for item in value] if isinstance(value, list) else value


def test_key_order_at_every_depth_keeps_the_hash_and_the_wire_schema(library):
    before = library.load().prompts["loyalty_offers", 1]
    for name in ("feature.yaml", "v1.yaml"):
        data = yaml.safe_load((library.root / "loyalty_offers" / name).read_text())
        library.write(f"loyalty_offers/{name}", yaml.safe_dump(reversed_keys(data), sort_keys=False))
    after = library.load().prompts["loyalty_offers", 1]
    assert (after.content_hash, after.wire_schema) == (before.content_hash, before.wire_schema)


def test_a_draft_is_checked_like_a_file_and_has_the_same_hash(library, policy):
    catalog = library.load()
    feature, partials = catalog.features["loyalty_offers"], read_partials(library.root)
    draft = parse_version(VERSION, feature, partials, policy)
    assert draft.content_hash == catalog.prompts["loyalty_offers", 1].content_hash
    with pytest.raises(LibraryError, match=r"draft:13: .*Did you mean `visits`"):
        parse_version(VERSION.replace("request.visits", "request.visit"), feature, partials, policy)


def test_a_repository_without_versions_or_folder_is_refused(library, policy, tmp_path):
    (library.root / "loyalty_offers/v1.yaml").unlink()
    assert library.problems() == ["prompts/loyalty_offers: The feature has no prompt. Write its v1.yaml."]
    assert lint(tmp_path / "nowhere", policy)[0].message == "There is no such folder."


def test_the_lint_command_prints_problems_and_fails(library, capsys):
    assert main([str(library.root)]) == 0 and capsys.readouterr().out == "No problems.\n"
    library.change("loyalty_offers/v1.yaml", "version: 1", "version: one")
    assert main([str(library.root)]) == 1
    assert "prompts/loyalty_offers/v1.yaml:2: `version` must be a valid integer." in capsys.readouterr().out


MUTATIONS = st.sampled_from(
    ["", "null", "[]", "{}", "3", "-1", "x: y", "[1, [2]]", "{a: {b: c}}", "true", "'*'", "/", "- a", "''"]
)


@settings(max_examples=120, deadline=None)
@given(st.sampled_from(["feature", "v1"]), st.integers(0, 60), MUTATIONS, st.booleans())
def test_any_damaged_file_loads_or_is_refused_with_file_and_line(policy, tmp_path_factory, name, line, value, keep_key):
    library = Library(tmp_path_factory.mktemp("damaged") / "prompts", policy)
    path = library.root / f"loyalty_offers/{name}.yaml"
    lines = path.read_text().split("\n")
    line %= len(lines)
    key = lines[line].split(":")[0] + ": " if keep_key and ":" in lines[line] else ""
    lines[line] = key + value
    path.write_text("\n".join(lines))
    assert all(problem.startswith("prompts/") for problem in library.problems())
