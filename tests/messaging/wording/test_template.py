"""Templates that a practice writes: what is refused, what is rendered."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from liquid import Environment, StrictUndefined

from carepost.messaging.wording import grammar
from carepost.messaging.wording.fields import VISIT
from carepost.messaging.wording.template import (
    SMS_LIMIT,
    Compiled,
    MissingFact,
    TemplateRefused,
    TextTooLong,
    compile_,
)

FACTS = {
    "client": {"first_name": "Ada"},
    "practice": {"name": "Northside", "phone": ""},
    "appointment": {"date": "Wed, Nov 25", "time": "10:30 AM", "place": "", "practitioner": "Dr X"},
}


def refusal(source: str) -> TemplateRefused:
    with pytest.raises(TemplateRefused) as caught:
        compile_(source, VISIT)
    return caught.value


def tried(source: str) -> Compiled | TemplateRefused:
    try:
        return compile_(source, VISIT)
    except TemplateRefused as refused:
        return refused


def rendered(source: str) -> str:
    return compile_(source, VISIT).render(FACTS)


@pytest.mark.parametrize(
    ("source", "line", "column", "words"),
    [
        ("Hi\n{{ client.first_name", 2, 1, "never closed"),
        ("Hi {{ client.first_name %}", 1, 4, "never closed"),
        ("a\nb {% if client.first_name %}c", 2, 6, "needs one “endif”"),
        ("{% if client.first_name %}a{% endunless %}", 1, 31, "no “unless”"),
        ("{% if client.first_name %}{% else %}{% else %}{% endif %}", 1, 4, "at most one “else”"),
        ("{% endif %}", 1, 4, "no “if” before it"),
        ("a\n\n{{ client.first_name | }}", 3, 1, "cannot be understood"),
        ("{{ }}", 1, 1, "cannot be understood"),
        ("{% %}", 1, 1, "needs a word"),
        ("Hi client.first_name }}", 1, 22, "its opening is missing"),
        ("Hi\n if client.first_name %}", 2, 23, "its opening is missing"),
        ("{% if client.first_name = 'a' %}x{% endif %}", 1, 25, "cannot be understood"),
        ("{% if client.first_name %}{% else if x %}{% endif %}", 1, 35, "elsif"),
    ],
)
def test_bad_syntax_is_refused_at_its_line_and_column(
    source: str, line: int, column: int, words: str
) -> None:
    refused = refusal(source)
    assert (refused.line, refused.column) == (line, column)
    assert words in refused.sentence


@pytest.mark.parametrize(
    ("source", "field", "column"),
    [
        ("Hi {{ client.frist_name }}", "client.frist_name", 7),
        ("{% if client.phone %}x{% endif %}", "client.phone", 7),
        ("{% if client.first_name %}{% elsif a.b %}{% endif %}", "a.b", 36),
        ("{% unless practice.name == a.b %}x{% endunless %}", "a.b", 28),
        ("{% if client.first_name and a.b %}x{% endif %}", "a.b", 29),
        ("{{ client.first_name | default: a.b }}", "a.b", 33),
        ("{% if client.first_name %}{{ a.b }}{% endif %}", "a.b", 30),
        ("{% if client.first_name %}{% else %}{{ a.b }}{% endif %}", "a.b", 40),
        ("{{ client }}", "client", 4),
        ("{{ now }}", "now", 4),
        ("{{ client[practice.name] }}", "client", 4),
        ("{{ client.first_name.size }}", "client.first_name.size", 4),
        ("{{ client.first_name? }}", "client.first_name?", 4),
    ],
)
def test_an_unknown_field_is_refused_by_name_wherever_it_stands(
    source: str, field: str, column: int
) -> None:
    refused = refusal(source)
    assert (refused.field, refused.line, refused.column) == (field, 1, column)


def test_a_misspelt_field_is_met_with_the_one_that_was_meant() -> None:
    assert "“client.first_name”?" in refusal("{{ client.frist_name }}").sentence


@pytest.mark.parametrize(
    "tag",
    ["for x in client", "assign x = 1", "capture x", "include 'x'", "render 'x'", "case x",
     "comment", "raw", "doc", "liquid", "echo client.first_name", "cycle 1", "tablerow x in y",
     "increment x", "# note"],
)  # fmt: skip
def test_loops_and_all_other_tags_are_refused(tag: str) -> None:
    word = tag.split()[0]
    assert f"“{word}”" in refusal(f"{{% {tag} %}}x{{% end{word} %}}").sentence


def test_a_verbatim_block_cannot_hide_a_field() -> None:
    assert "raw" in refusal("{%- raw -%}{{ x }}{% endraw %}").sentence


@pytest.mark.parametrize(
    "use",
    ["date: '%Y'", "append: 'x'", "upcase: 1", "default", "default: 1", "default: 'a', 'b'",
     "default: 'a', allow_false: true", "truncate: 0", "truncate: -1", "truncate: 2001",
     "truncate: 'x'", "truncate: client.first_name", "truncate: 5, client.first_name",
     "truncate: (1..5)", "strip | size"],
)  # fmt: skip
def test_filters_out_of_the_list_or_ill_used_are_refused(use: str) -> None:
    assert refusal(f"{{{{ client.first_name | {use} }}}}").column is not None


@pytest.mark.parametrize(
    "condition",
    ["true", "'a'", "5", "nil", "client.first_name < 5", "client.first_name == 5",
     "(1..9) contains 5", "(1..999999999) contains client.first_name",
     " and ".join(["client.first_name"] * 12)],
)  # fmt: skip
def test_a_condition_that_could_fail_or_run_away_is_refused(condition: str) -> None:
    refusal(f"{{% if {condition} %}}x{{% endif %}}")


def test_literals_and_ranges_are_not_output() -> None:
    refusal("{{ (1..999999999) }}")
    refusal("{{ 5 }}")


def test_a_template_over_2000_characters_is_refused() -> None:
    compile_("x" * 2_000, VISIT)
    assert "2,001" in refusal("x" * 2_001).sentence


def test_ifs_nested_too_deep_are_refused() -> None:
    assert "too many" in refusal("{% if client.first_name %}" * 20).sentence


pieces = st.sampled_from(
    ["{{", "}}", "{%", "%}", "{", "-", " ", "\n", "if ", "else", "endif", "client.first_name",
     "|", "default:", "'", ":", "[", "]", "(", "..", "==", "raw", "x", "1", " and "]
)  # fmt: skip


@given(st.lists(pieces, max_size=14).map("".join))
def test_whatever_is_typed_is_refused_at_a_real_place_or_renders(source: str) -> None:
    result = tried(source)
    if isinstance(result, TemplateRefused):
        assert 1 <= result.line <= source.count("\n") + 1
        assert result.column is None or result.column >= 1
    else:
        assert isinstance(result.render(FACTS), str)


@pytest.mark.parametrize(
    "source",
    [
        "[" * 1900,
        "{{ " + "a[" * 900,
        "{{ a" + "[b" * 400 + "]" * 400 + " }}",
        "{% if " + "a.b or " * 280 + "a.b %}{% endif %}",
        "{% if " + "a.b == a.b and " * 120 + "a.b %}{% endif %}",
        "{{ client.first_name | truncate: " + "9" * 1900 + " }}",
    ],
)
def test_what_is_built_to_exhaust_the_parser_is_refused_in_a_short_sentence(source: str) -> None:
    result = tried(source)
    assert isinstance(result, Compiled) == ("{" not in source)
    assert isinstance(result, Compiled) or len(result.sentence) < 200


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("Hi {{ client.first_name }}!", "Hi Ada!"),
        ("{{client['first_name']}}", "Ada"),
        ("{% if practice.phone %}call{% else %}write{% endif %}", "write"),
        ("{% unless practice.phone %}write{% endunless %}", "write"),
        ("{% if practice.phone == '' %}none{% endif %}", "none"),
        ("{% if practice.phone or practice.name %}reach us{% endif %}", "reach us"),
        ("{% if practice.phone and practice.name %}a{% elsif practice.name %}b{% endif %}", "b"),
        ("{% if client.first_name contains 'd' %}d{% endif %}", "d"),
        ("{{ client.first_name | upcase }} {{ client.first_name | downcase }}", "ADA ada"),
        ("{{ practice.phone | default: 'our desk' }}", "our desk"),
        ("{{ practice.phone | default: practice.name | truncate: 6, '.' }}", "North."),
        ("a\r\nb", "a\nb"),
        ("a  \n{%- if practice.name %} b {%- endif -%}  c", "a bc"),
    ],
)  # fmt: skip
def test_what_is_allowed_renders(source: str, text: str) -> None:
    assert rendered(source) == text


@given(st.sampled_from(["{{ client.first_name }}", "{{ client.first_name | strip }}"]), st.text())
@example("{{ client.first_name }}", "{{ practice.phone }}{% if x %}")
def test_a_value_is_never_read_as_a_template(source: str, value: str) -> None:
    facts = {"client": {"first_name": value}}
    want = value.strip() if "strip" in source else value
    assert compile_(source, VISIT).render(facts) == want


@pytest.mark.parametrize("source", ["{{ client.first_name }}", "{{ client.first_name | upcase }}",
                                    "{% if client.first_name %}x{% endif %}"])  # fmt: skip
@pytest.mark.parametrize("facts", [{}, {"client": {}}])
def test_a_missing_fact_stops_the_text_and_is_named(
    source: str, facts: dict[str, dict[str, str]]
) -> None:
    with pytest.raises(MissingFact) as caught:
        compile_(source, VISIT).render(facts)
    assert caught.value.field == "client.first_name"
    assert caught.value.__cause__ is None


def test_a_missing_fact_that_is_not_asked_for_does_not_matter() -> None:
    source = "{% if practice.phone %}{{ client.first_name }}{% endif %}ok"
    assert compile_(source, VISIT).render({"practice": {"phone": ""}}) == "ok"


@pytest.mark.parametrize("source", ["{{ client.first_name }}", "{{ client.first_name | strip }}"])
def test_a_text_over_the_limit_is_stopped_without_showing_it(source: str) -> None:
    compiled = compile_(source, VISIT)
    assert len(compiled.render({"client": {"first_name": "x" * 1_600}}, SMS_LIMIT)) == 1_600
    with pytest.raises(TextTooLong) as caught:
        compiled.render({"client": {"first_name": "x" * 1_601}}, SMS_LIMIT)
    assert "xx" not in str(caught.value)


def test_a_compiled_template_knows_which_fields_it_uses() -> None:
    source = "{{ client.first_name | default: practice.name }}{% if practice.phone %}x{% endif %}"
    assert compile_(source, VISIT).fields == {
        "client.first_name",
        "practice.name",
        "practice.phone",
    }


# The quick way against liquid itself.

# Blank text of its own, because liquid renders a block of blanks alone as nothing.
text = st.sampled_from(["", " ", " \n"]) | st.text(st.sampled_from("ab \n\t{}%é"), max_size=6)
fields = st.sampled_from(["a.x", "a.y", "b.x"])
dash = st.sampled_from(["", "-"])
outputs = st.builds("{{{{{0} {1} {2}}}}}".format, dash, fields, dash)
KNOWN = frozenset({"a.x", "a.y", "b.x"})


def choices(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    def choice(
        word: str, condition: str, then: str, other: str | None, last: str | None, cut: str
    ) -> str:
        middle = "" if other is None else f"{{% elsif b.x {cut}%}}{other}"
        end = "" if last is None else f"{{%{cut} else %}}{last}"
        return f"{{% {word} {condition} %}}{then}{middle}{end}{{%{cut} end{word} %}}"

    maybe = st.none() | inner
    return st.builds(choice, st.sampled_from(["if", "unless"]), fields, inner, maybe, maybe, dash)


templates = st.recursive(
    st.lists(text | outputs, max_size=4).map("".join),
    lambda inner: st.lists(inner | choices(inner) | outputs, max_size=3).map("".join),
    max_leaves=8,
)
values = st.sampled_from(["", "v", " ", "{{ a.x }}", "\r\n", "é"])
facts = st.fixed_dictionaries(
    {"a": st.fixed_dictionaries({"x": values, "y": values}),
     "b": st.fixed_dictionaries({"x": values})}
)  # fmt: skip


HALF = {"a": {"x": "v", "y": ""}, "b": {"x": ""}}


@given(templates, facts)
@example("{% if a.x %} {% endif %}", HALF)
@example("{% if a.x %} {% else %}n{% endif %}", HALF)
@example("{% if a.y %}{% elsif a.x %} {% else %}n{% endif %}", HALF)
@example("{% unless a.y %} {% if a.x %}\n{% endif %}{% endunless %}", HALF)
def test_the_quick_way_writes_what_liquid_writes(
    source: str, given_facts: dict[str, dict[str, str]]
) -> None:
    try:
        compiled = compile_(source, KNOWN)
    except TemplateRefused:
        return
    template = grammar.parse(source)
    grammar.check(template, source, KNOWN)
    assert compiled.quick
    assert compiled.render(given_facts) == template.render(given_facts)


@given(st.lists(text | outputs, max_size=6).map("".join), facts)
def test_text_and_fields_render_as_in_plain_liquid(
    source: str, given_facts: dict[str, dict[str, str]]
) -> None:
    try:
        compiled = compile_(source, KNOWN)
    except TemplateRefused:
        return
    plain_liquid = Environment(undefined=StrictUndefined).from_string(source)
    assert compiled.render(given_facts) == plain_liquid.render(given_facts)
