import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.library.problems import LibraryError
from gateway.library.yamlfile import MAX_BYTES, read_yaml


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("yes", "yes"), ("no", "no"), ("on", "on"), ("off", "off"), ("y", "y"), ("010", 10), ("007", 7), ("0o10", 8),
        ("0x1F", 31), ("0b11", "0b11"), ("1_000", "1_000"), ("190:20:30", "190:20:30"), ("12:30", "12:30"),
        ("2026-11-22", "2026-11-22"), ("2026-11-22T10:00:00Z", "2026-11-22T10:00:00Z"), ("1e3", 1000.0), (".5", 0.5),
        ("5.", 5.0), ("+7", 7), ("-3", -3), ("True", True), ("FALSE", False), ("~", None), ("NULL", None), ("", None),
        ("'010'", "010"), ('"null"', "null"), ("1.10", 1.1), ("=", "="), ("١", "١"),
    ],
)  # fmt: skip
def test_scalars_are_read_by_the_yaml_1_2_core_rules(written, read):
    value = read_yaml(f"a: {written}\n", "f.yaml").data["a"]
    assert value == read and type(value) is type(read)


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("a: 1\nb: !!python/object:os.system x", 2, "tag"),
        ("a: !!binary eA==", 1, "tag"),
        ("a: 1\nb: &x 2", 2, "anchor"),
        ("a: *x", 1, "alias"),
        ("a: 1\n<<: {b: 2}", 2, "merge"),
        ("a: 1\nb: 2\na: 3", 3, "second time (first in line 1)"),
        ("a: {b: 1, b: 2}", 1, "second time"),
        ("a: 1\n---\nb: 2", 2, "second document"),
        ("a: 1\n1: 2", 2, "not a text"),
        ("true: 2", 1, "not a text"),
        ("? [a]\n: b", 1, "must be a text"),
        ("%YAML 1.1\n---\na: 1", 1, "directives"),
        ("a: .nan", 1, "no number"),
        ("a: 1e999", 1, "no number"),
        ("a: 123456789012345678901234567890", 1, "too large"),
        ("a: " + "9" * 5000, 1, "too large"),
        ("a: [1,", 2, "not YAML"),
        ("a: {{ facts.x }}", 1, "in quotes"),
        ("- 1", 1, "one mapping"),
        ("", 1, "one mapping"),
        ("a: 1\nb: 'x\u2028y'", 2, "line break"),
    ],
)
def test_what_surprises_or_attacks_is_refused_with_its_line(text, line, said):
    with pytest.raises(LibraryError) as refusal:
        read_yaml(text, "f.yaml")
    first = refusal.value.problems[0]
    assert (first.file, first.line) == ("f.yaml", line) and said in first.message + first.fix


@pytest.mark.parametrize(
    "bomb",
    [
        "a: " + "[" * 100_000,
        "a: " + "{a: " * 50_000,
        "- " * 60_000,
        "a:\n" + "".join(f"{' ' * i}b:\n" for i in range(1, 400)),
        "a: [" + "x," * 100_000 + "]",
        "\n".join(f"k{i}: 1" for i in range(20_000)),
        "a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\nd: [*c,*c]",
        "a: '" + "x" * MAX_BYTES + "'",
        "? " * 60_000,
        "a: >\n" + " x\n" * 60_000,
    ],
)
def test_bombs_are_answered_quickly_and_never_with_a_recursion_error(bomb):
    started = time.process_time()
    try:
        read_yaml(bomb, "f.yaml")
    except LibraryError as refusal:
        assert refusal.problems
    assert time.process_time() - started < 10


def test_every_node_keeps_its_line():
    document = read_yaml("a:\n  - x\n  - b: |\n      text\n    c: 1\nd: {e: 2}\n", "f.yaml")
    assert document.line(("a", 1, "c")) == 5
    assert document.line(("d", "e")) == 6
    assert document.line(("a", 1, "missing")) == 3


def test_several_problems_of_one_file_are_told_together():
    with pytest.raises(LibraryError) as refusal:
        read_yaml("a: &x 1\na: 2\n1: !t 3\n", "f.yaml")
    assert [problem.line for problem in refusal.value.problems] == [1, 2, 3, 3]


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(), st.binary(), st.text(alphabet="ab:-? []{}&*!|>'\"\n#%@`,~<")))
def test_any_input_is_read_or_refused_with_a_library_error(source):
    try:
        assert isinstance(read_yaml(source, "f.yaml").data, dict)
    except LibraryError as refusal:
        assert refusal.problems
