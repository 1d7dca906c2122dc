import re
import time
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.library.problems import Findings, LibraryError
from gateway.library.template_filters import FILTERS
from gateway.library.template_values import MAX_TEXT
from gateway.library.templates import MessageTemplate, RenderError, read_template

ROWS = [{"name": "Ama", "amount": 10.5, "note": None}, {"name": "Kofi", "amount": 3, "note": "x"}]
DATA = {
    "evidence": "<evidence>{}</evidence>",
    "facts": {"rows": ROWS, "items": [1, 2, 3], "limit": "5200.00", "share": 8.4, "none": None, "yes": True,
              "deep": {"a": {"b": 1}}},
    "request": {"message": "{{ 7 * 7 }} {% raw %}", "count": 3},
}  # fmt: skip


def compiled(source: str, role: str = "user", partials: dict[str, str] | None = None) -> MessageTemplate:
    findings = Findings("v1.yaml", lambda _: 10)
    template = read_template(role, source, findings, partials)
    findings.raise_if_any()
    assert template
    return template


def rendered(source: str, partials: dict[str, str] | None = None) -> str:
    return compiled(source, partials=partials).render(DATA)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("Plain text, 100 % safe.", "Plain text, 100 % safe."),
        ("{{ evidence }}", "<evidence>{}</evidence>"),
        ("{{ facts.limit|money('GHS') }}", "GHS 5,200.00"),
        ("{{ facts.limit|money }}", "5,200.00"),
        ("{{ facts.share|percent }}", "8.4%"),
        ("{{ 1234567.891|number(1) }}", "1,234,567.9"),
        ("{{ facts.limit|number }}", "5,200.00"),
        ("{{ 2.5|round }} {{ 2.345|round(2) }}", "3 2.35"),
        ("{{ facts.items|join(' + ') }}", "1 + 2 + 3"),
        ("{{ facts.items|sum }} {{ facts.items|length }}", "6 3"),
        ("{{ facts.items|first }}{{ facts.items|last }}", "13"),
        ("{{ facts.rows|map(attribute='name')|join(', ') }}", "Ama, Kofi"),
        ("{{ facts.rows|sort(attribute='amount')|map(attribute='name')|first }}", "Kofi"),
        ("{{ facts.rows|sum(attribute='amount') }}", "13.5"),
        ("{{ facts.rows|selectattr('amount', '>', 5)|map(attribute='name')|join }}", "Ama"),
        ("{{ facts.rows|selectattr('note')|length }}", "1"),
        ("{% for row in facts.rows %}{{ loop.index }}. {{ row.name }}\n{% endfor %}", "1. Ama\n2. Kofi\n"),
        ("{% for row in facts.rows if row.amount > 5 %}{{ row.name }}{% else %}none{% endfor %}", "Ama"),
        ("{% for a in facts.items %}{% for b in facts.items %}{{ a * b }}{% endfor %}{% endfor %}", "123246369"),
        ("{% if facts.yes and not facts.none %}a{% elif facts.none %}b{% else %}c{% endif %}", "a"),
        ("{{ 'many' if request.count > 2 else 'few' }}", "many"),
        ("{{ facts.missing|default('unknown') }}", "unknown"),
        ("{% if facts.missing is defined %}a{% else %}b{% endif %}", "b"),
        ("{{ facts.none }} {{ facts.yes }} {{ 3.0 }}", "null true 3.0"),
        ("{% set n = request.count * 2 + 1 %}{{ n }} {{ n / 2 }} {{ -n }}", "7 3.5 -7"),
        ("{{ 'Owed: ' ~ facts.limit ~ ' (' ~ request.count ~ ')' }}", "Owed: 5200.00 (3)"),
        ("{{ 'ama osei'|title }} {{ ' x '|trim|upper }} {{ 'X'|lower }}", "Ama Osei X x"),
        ("{{ 'a-b-c'|replace('-', '/') }} {{ 'one two three'|truncate(9) }}", "a/b/c one two…"),
        ("{{ facts.deep|tojson }} {{ facts['deep'].a['b'] }} {{ facts.rows[0].name }}", '{"a":{"b":1}} 1 Ama'),
        ("{{ 1 < 2 < 3 }} {{ 'a' in ['a', 'b'] }} {{ 2 in facts.items }} {{ 'ow' in 'owed' }}", "true true true true"),
        ("{% raw %}{{ not a field }}{% endraw %}{# a remark #}", "{{ not a field }}"),
        ("{{ partials.manners }}", "Be polite. {{ x }}"),
    ],
)  # fmt: skip
def test_harmless_templates_are_accepted_and_mean_what_they_say(source, text):
    assert rendered(source, {"manners": "Be polite. {{ x }}"}) == text


ATTACKS = [
    "{{ ''.__class__.__mro__[1].__subclasses__() }}", "{{ facts.__class__ }}", "{{ facts['__class__'] }}",
    "{{ facts|attr('__class__') }}", "{{ facts.rows|map(attribute='__class__')|list }}", "{{ ()|attr('x') }}",
    "{{ facts.rows|map('upper') }}", "{{ facts.rows|map(attribute='a.b') }}", "{{ facts.rows|groupby('name') }}",
    "{{ facts.rows|selectattr('__class__') }}", "{{ facts.rows|selectattr('a', 'in', facts) }}",
    "{{ facts.rows|sort(attribute='_x') }}", "{{ '%s'|format(facts) }}", "{{ '{0.__class__}'.format(facts) }}",
    "{{ '{:2000000000d}'.format(1) }}", "{{ 'a'|center(2000000000) }}", "{{ 'a' * 10 ** 9 }}", "{{ 9 ** 9 ** 9 }}",
    "{{ range(99999999) }}", "{% for i in range(99999) %}{% endfor %}", "{{ lipsum(n=10**6) }}", "{{ cycler('a') }}",
    "{{ joiner(',') }}", "{{ namespace(a=1) }}", "{{ dict(a=1) }}", "{{ self }}", "{{ self.__init__ }}", "{{ config }}",
    "{{ request.application.__globals__ }}", "{{ url_for.__globals__ }}", "{{ get_flashed_messages() }}",
    "{% set a = 'xx' %}{% set a = a ~ a %}", "{% set a = facts.limit %}", "{% set a = 'x'|upper %}",
    "{% set a %}text{% endset %}", "{% set ns.a = 1 %}", "{% set a, b = 1, 2 %}", "{% set facts = 1 %}",
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "{% call x() %}{% endcall %}",
    "{% filter upper %}x{% endfilter %}",
    "{% include '/etc/passwd' %}", "{% import 'os' as os %}", "{% from 'os' import x %}", "{% extends 'a' %}",
    "{% block a %}{% endblock %}", "{% with a = 1 %}{% endwith %}", "{% autoescape true %}{% endautoescape %}",
    "{% do x %}", "{% trans %}x{% endtrans %}", "{% debug %}", "{% break %}",
    "{% for a in facts.rows recursive %}{% endfor %}",
    "{% for a in facts.rows %}{% for b in facts.rows %}{% for c in facts.rows %}{% endfor %}{% endfor %}{% endfor %}",
    "{% for a, b in facts.rows %}{% endfor %}", "{% for loop in facts.rows %}{% endfor %}",
    "{% for a in 'abc' %}{% endfor %}",
    "{% for a in [1, 2] %}{% endfor %}", "{{ facts.rows() }}", "{{ facts.items() }}", "{{ facts.limit.upper() }}",
    "{{ facts[request.message] }}", "{{ facts.rows[0:2] }}", "{{ facts.rows[-1] }}", "{{ [facts] }}", "{{ {'a': 1} }}",
    "{{ 7 // 2 }}", "{{ 7 % 2 }}", "{{ x }}", "{{ facts.limit is divisibleby(3) }}", "{{ facts.limit is sameas(1) }}",
    "{{ facts is mapping }}", "{{ facts.limit|default(facts) }}", "{{ facts.rows|join(facts.limit) }}",
    "{{ 'a'|replace('a') }}",
    "{{ 'a'|replace('a', '" + "b" * 65 + "') }}", "{{ 'a'|truncate(10 ** 9) }}", "{{ 'a'|truncate(99999) }}",
    "{{ 'a'|wordwrap(1) }}", "{{ 'a'|indent(9) }}", "{{ facts|pprint }}", "{{ facts|xmlattr }}", "{{ 'a'|batch(3) }}",
    "{{ facts|dictsort }}", "{{ 'a'|urlize }}", "{{ 'a'|safe }}", "{{ 'a'|e }}", "{{ 'a'|random }}",
    "{{ 'a'|reverse }}",
    "{{ facts.rows|map(attribute='name', default=1) }}", "{{ facts.limit|upper(*facts.rows) }}",
    "{{ facts.limit|upper(**facts) }}",
    "{{ " + "9" * 5000 + " }}", "{{ 1e999 }}", "{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}",
    "{{ " + "not " * 5000 + "1 }}",
    "{{ " + "-" * 3000 + "1 }}", "{{ " + "1+" * 3000 + "1 }}", "{{ " + "'a' ~ " * 4000 + "'a' }}", "{% if 1 %}" * 2000,
    "{{ facts" + ".a" * 4000 + " }}", "{{ 'a'" + "|upper" * 4000 + " }}", "{{ [" * 900, "x" * 40_000,
    "{{ loop.index }}",
    "{% for a in facts.rows %}{{ loop.previtem }}{% endfor %}", "{% for a in facts.rows %}{{ loop() }}{% endfor %}",
    "{{ 'a' if facts.yes }}", "{{ partials.secret }}", "{{ partials['__class__'] }}", "{{ partials.manners.x }}",
    "{{", "{% if %}",
    "{{ '\\N{BOOM}' }}", "{{ facts.rows|list.__class__ }}", "{{ caller() }}", "{{ varargs }}", "{{ _ }}",
    "{{ __builtins__ }}",
]  # fmt: skip


@pytest.mark.parametrize("source", ATTACKS)
def test_attacks_are_refused_when_loaded_with_a_line_and_a_remedy(source):
    started = time.process_time()
    with pytest.raises(LibraryError) as refusal:
        compiled(source, partials={"manners": "Be polite."})
    assert time.process_time() - started < 1
    assert all(problem.line >= 10 and problem.fix for problem in refusal.value.problems)


@pytest.mark.parametrize("name", ["request.message", "facts.limit", "evidence"])
def test_a_system_message_may_not_show_a_callers_text(name):
    with pytest.raises(LibraryError, match="system message may not use"):
        compiled(f"You are kind. {{{{ {name} }}}}", role="system")


def test_a_refusal_points_to_the_line_inside_the_message():
    with pytest.raises(LibraryError) as refusal:
        compiled("one\ntwo\n{{ fcts.x }}\n")
    assert [(p.line, p.fix) for p in refusal.value.problems] == [(13, "Did you mean `facts`?")]


def test_template_text_inside_values_is_never_rendered():
    assert rendered("{{ request.message }}") == "{{ 7 * 7 }} {% raw %}"


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("{{ facts.nope }}", "no `nope`"),
        ("\n{{ facts.nope.deeper }}", "line 2"),
        ("{{ facts.limit + 1 }}", "needs numbers"),
        ("{{ 'a' * 1000000000 }}", "needs a number"),
        ("{{ facts.yes + 1 }}", "needs a number"),
        ("{{ 1 / 0 }}", "division by zero"),
        ("{{ facts.rows }}", "cannot be printed"),
        ("{{ facts.rows|map(attribute='nope')|list|length }}", "the field `nope`"),
        ("{{ facts.limit < 3 }}", "have an order"),
        ("{{ facts.rows == facts.rows }}", "cannot be compared"),
        ("{% for a in facts.limit %}{% endfor %}", "needs a list"),
        ("{{ facts.missing == 1 }}", "does not exist"),
        ("{{ [1, 2]|join(',') }}{{ facts.rows|join }}", "cannot be printed"),
        ("{% set a = 99999999 %}{% set a = a * a %}{{ a }}", "too large"),
    ],
)
def test_data_that_does_not_fit_gives_a_render_error_that_says_why(source, said):
    with pytest.raises(RenderError, match=re.escape(said)):
        rendered(source)


def test_methods_of_dicts_and_texts_cannot_be_reached():
    assert compiled("{{ facts.items|length }}{{ facts.keys is defined }}").render({"facts": {"items": [1]}}) == "1false"


def test_objects_with_behaviour_are_not_data():
    with pytest.raises(RenderError, match="not data"):
        compiled("{{ facts.x }}").render({"facts": {"x": object()}})


BIG = "x" * 100_000
MANY = [{"n": "abc", "v": i, "t": "y" * 20} for i in range(8_000)]
WORST = [
    "{% for a in facts.many %}{% for b in facts.many %}{% endfor %}{% endfor %}",
    "{% for a in facts.many %}{% if a.n == 'abc' and a.v < 3 %}x{% endif %}{% endfor %}",
    "{% for a in facts.many %}{{ a.v|money('GHS')|lower|upper }}{% endfor %}",
    "{% for a in facts.many %}{{ facts.big }}{% endfor %}",
    "{% for a in facts.many %}{{ a.q|default('')|default('') }}{% endfor %}",
    "{% for a in facts.many %}{% if a.v / 3 * 7 + 1.5 > 10 %}{% endif %}{% endfor %}",
    "{% if facts.big|replace('x', 'yyyyyyyyyyyyyyyy') == 'q' %}{% endif %}" * 200,
    "{% if facts.big ~ facts.big == 'q' %}{% endif %}" * 200,
    "{% if 'xxxxxxxxxxxxxxxy' in facts.big %}{% endif %}" * 200,
    "{% if facts.big == facts.other %}{% endif %}" * 200,
    "{% if facts.big|upper|lower|title|trim == 'q' %}{% endif %}" * 200,
    "{{ facts.many|sort(attribute='n')|length }}" * 200,
    "{{ facts.many|sum(attribute='v') }}" * 200,
    "{% if facts|tojson == 'q' %}{% endif %}" * 200,
    "{{ facts.many|map(attribute='t')|join }}" * 200,
    "{{ facts.big }}" * 200,
    *(
        "{% for a in facts.few %}" + body + "{% endfor %}"
        for body in (
            "{{ a.v|money('GHS')|lower|upper }}",
            "{% if a.v / 3 * 7 + 1.5 > 10 %}{% endif %}",
            "{{ a.q|default('')|default('')|default('') }}",
            "{% if a.n in ['x', 'y', 'z'] or a.t|replace('y', 'zz')|title == 'q' %}{% endif %}",
            "{{ a|tojson }}",
            "{% for b in facts.few if b.v == a.v %}{{ b.v|number(2) }}{% endfor %}",
        )
    ),
]


_PACE_OF_A_FREE_CORE = 0.0024


def _pace() -> float:
    """The processor time of a fixed piece of work: a core shared with other work takes longer for anything."""
    times = []
    for _ in range(5):
        started = time.process_time()
        sum(range(200_000))
        times.append(time.process_time() - started)
    return min(times)


@pytest.mark.parametrize("source", WORST)
def test_the_worst_allowed_template_on_the_largest_data_stays_below_50_ms_and_256_kb(source):
    template = compiled(source)
    long = {"big": BIG, "other": BIG[:-1] + "y", "few": MANY[:1_000]}
    data = {"facts": {"big": BIG[:1_000], "many": MANY} if "many" in source else long}
    times = []
    for _ in range(3):
        started = time.process_time()
        try:
            assert len(template.render(data)) <= MAX_TEXT
        except RenderError as refusal:
            assert "too much work" in str(refusal) or "beyond 256 KB" in str(refusal)
        times.append(time.process_time() - started)
    assert min(times) < 0.05 * max(1.0, _pace() / _PACE_OF_A_FREE_CORE)


def test_data_beyond_the_limits_is_refused_before_rendering():
    for facts in ({"t": "x" * (MAX_TEXT + 1)}, {"l": list(range(60_000))}):
        with pytest.raises(RenderError, match="too large"):
            compiled("{{ facts|length }}").render({"facts": facts})


pieces = st.sampled_from([
    "{{", "}}", "{%", "%}", "{#", "#}", " facts", ".rows", "request", " if ", " for ", " in ", " set ", "endfor",
    "endif",
    "|join", "|upper", "('x')", "[0]", "1", "+", "~", "*", "'", '"', "a", "\n", "is defined", "not ", "raw", "endraw",
    "-", "==",
    "else", "|map(attribute='name')", "loop.index", "\\", "{", "}", "__class__", "(", ")",
])  # fmt: skip


@settings(max_examples=500, deadline=None)
@given(st.one_of(st.text(max_size=80), st.lists(pieces, max_size=14).map("".join)))
def test_any_text_loads_or_is_refused_and_renders_or_gives_a_render_error(source):
    try:
        template = compiled(source)
    except LibraryError:
        return
    with suppress(RenderError):
        assert isinstance(template.render(DATA), str)


grammar = st.sampled_from(
    ["facts.rows", "facts.limit", "facts.nope", "request.count", "'t'", "2", "facts.items", "facts.deep.a"]
)
calls = st.sampled_from(
    ["", *(f"|{name}" for name in FILTERS), "|map(attribute='name')", "|default('d')", "|truncate(3)"]
)
operators = st.sampled_from(["~", "+", "*", "==", "<", "in", "and", "or"])


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(grammar, calls, operators), min_size=1, max_size=5))
def test_random_expressions_of_the_language_give_text_or_a_typed_error(parts):
    source = " ".join(f"{value}{call} {sign}" for value, call, sign in parts).rsplit(" ", 1)[0]
    try:
        assert isinstance(compiled(f"{{{{ {source} }}}}").render(DATA), str)
    except (LibraryError, RenderError) as refusal:
        assert str(refusal)


def test_only_one_function_of_the_gateway_makes_a_template_environment():
    root = Path(__file__).parents[2] / "gateway"
    maker = re.compile(r"(?<!class )\b(\w*Environment|Template|TemplateExpression)\(")
    found = [
        (path.relative_to(root).as_posix(), made[1])
        for path in root.rglob("*.py")
        if "jinja2" in path.read_text()
        for made in maker.finditer(path.read_text())
    ]
    assert found == [("library/templates.py", "_Environment")]
