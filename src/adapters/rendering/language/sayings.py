"""What Jinja's lexer and parser say about a tag, in words for the person who wrote it in Word."""

import difflib
import re
from collections.abc import Callable
from typing import Final

from adapters.rendering.language.nesting import TAG_WORDS, word_of

# Code, message and advice.
Saying = tuple[str, str, str | None]

EXAMPLES: Final = "Tags look like {{ customer.name }}, {% if paid %} or {% for item in items %}."
_ENDS: Final = frozenset({"end of print statement", "end of statement block", "end of template"})
_KINDS: Final = {
    "string": "a text in quotes",
    "integer": "a number",
    "float": "a number",
    "end of print statement": "the end of the tag",
    "end of statement block": "the end of the tag",
    "end of template": "the end of the template",
    "begin of print statement": "{{",
    "begin of statement block": "{%",
    "template data / text": "text",
}
# Tags of Jinja that the language does not have.
_LEFT_OUT: Final = frozenset({"include", "import", "from", "extends", "block", "filter", "autoescape"})
# Tags of other template languages, and what does the same here.
_FOREIGN: Final = {
    **dict.fromkeys(("foreach", "loop", "each", "repeat"), "Write {% for item in items %} … {% endfor %}."),
    **dict.fromkeys(("let", "assign", "var", "define"), "Write {% set name = value %}."),
    **dict.fromkeys(("switch", "case", "when"), "Write {% if … %} … {% elif … %} … {% endif %}."),
    **dict.fromkeys(("end", "next", "done", "fi"), "Write {% endfor %} or {% endif %}, as the block it ends."),
    **dict.fromkeys(("echo", "write", "output", "value", "field", "insert"), "Values are printed with {{ name }}."),
    **dict.fromkeys(("endforeach", "endloop", "endeach", "endrepeat", "endwhile"), "Write {% endfor %}."),
    **dict.fromkeys(("endunless", "endswitch", "endcase", "endifequal"), "Write {% endif %}."),
    **dict.fromkeys(("comment", "endcomment", "note", "rem"), "Notes are written {# like this #}."),
    "unless": "Write {% if not … %} … {% endif %}.",
    "ifequal": "Write {% if a == b %} … {% endif %}.",
    "while": "A loop runs over a list: {% for item in items %} … {% endfor %}.",
    "do": "Write {% set name = value %}.",
    "capture": "Write {% set name %} … {% endset %}.",
    "verbatim": "Write {% raw %} … {% endraw %}.",
    "trans": "Texts are not translated; write them as they are.",
    "then": "A condition needs no 'then': {% if paid %} … {% endif %}.",
    **dict.fromkeys(
        ("tr", "tc", "p", "r"), "These letters are for tables and paragraphs of Word; leave them out here."
    ),
}


def say(words: str, source: str) -> Saying:
    """Say one of Jinja's messages about a tag; `source` is the tag on one line."""
    if word_of(source) in _LEFT_OUT:
        return _left_out(source)
    for pattern, saying in _SAYINGS:
        match = pattern.search(words)
        if match:
            return saying(match, source)
    return "syntax-error", f"This tag cannot be read: {words}.", EXAMPLES


def _left_out(source: str) -> Saying:
    message = f"{{% {word_of(source)} %}} is not part of the language."
    return "forbidden-tag", message, "Write the contents here, or use a macro."


def _unknown_tag(match: re.Match[str], source: str) -> Saying:
    word = match.group(1)
    return "unknown-tag", f"There is no tag {{% {word} %}}.", _instead(word, source)


def _instead(word: str, source: str) -> str:
    if word.lower() in _FOREIGN:
        return _FOREIGN[word.lower()]
    known = sorted(TAG_WORDS | {f"end{word}" for word in ("for", "if", "set", "with", "macro", "call", "raw")})
    near = difflib.get_close_matches(word.lower()[:50], known, n=1, cutoff=0.65)
    if near:
        return f"Did you mean {{% {near[0]} %}}?"
    inner = source[2:-2].strip()
    if re.fullmatch(r"[\w.]+(\s*\|\s*\w+)*", inner):
        return f"A value is printed with two braces on each side: {{{{ {inner} }}}}."
    return EXAMPLES


def _expected(match: re.Match[str], source: str) -> Saying:
    wanted, got = match.group(1), match.group(2)
    if got in _ENDS and wanted in {"]", ")", "}", ","}:
        return _unbalanced(source, wanted)
    if wanted in _ENDS:
        return _one_too_many(got)
    saying = _WANTED.get(wanted)
    if saying is not None:
        return "syntax-error", saying[0].format(got=_said(got)), saying[1]
    return "syntax-error", f"{_capital(_said(wanted))} is expected where {_said(got)} stands.", EXAMPLES


_WANTED: Final = {
    "name": ("A name is missing before {got}.", "Write one behind | for a filter, behind 'is' for a test."),
    "in": ("This loop lacks the word 'in' before {got}.", "Write {{% for item in items %}}.".format()),
    "=": ("The sign = is missing before {got}.", "Write {% with name = value %}."),
    "(": ("The macro's name needs brackets behind it, even if they are empty.", "Write {% macro line(item) %}."),
    ",": ("A comma, or an operator, is missing before {got}.", "Separate arguments with commas."),
    ":": (
        "Single braces within a tag hold pairs of a key and a value, and here the value is missing.",
        "To print a value, write exactly two braces on each side: {{ name }}.",
    ),
    "import": ("'import' is missing here.", "Templates cannot import others: write the contents here."),
    "as": ("'as' is missing here.", "Templates cannot import others: write the contents here."),
}


def _one_too_many(got: str) -> Saying:
    if got in {")", "]", "}"}:
        return "syntax-error", f"This tag has one {got} too many.", "Delete it, or add the bracket that opens it."
    if got in {"string", "integer", "float"}:
        message = f"{_capital(_said(got))} stands where an operator is missing before it."
        return "syntax-error", message, "Write an operator such as == or ~ before it, or brackets for a filter."
    message = f"{_capital(_said(got))} cannot follow here: something is missing before it, or it is one too many."
    return "syntax-error", message, EXAMPLES


def _unexpected(match: re.Match[str], source: str) -> Saying:
    got = match.group(1)
    if got in _ENDS:
        return _too_early(source)
    if got == "}" and match.lastindex == 2:  # noqa: PLR2004  # the tag's own end came before the bracket's
        return _unbalanced(source, match.group(2))
    if match.lastindex == 2 and match.group(2):  # noqa: PLR2004  # the second of two
        message = f"A {got} closes what {_PAIRS.get(match.group(2), '(')} has opened."
        return "syntax-error", message, f"Write {match.group(2)} there, or put the brackets in order."
    if got in {")", "]", "}"}:
        return "syntax-error", f"This tag has one {got} too many.", "Delete it, or add the bracket that opens it."
    if source[2:].lstrip().startswith(got):
        return "syntax-error", f"Something is missing before {_said(got)}.", EXAMPLES
    return "syntax-error", f"{_capital(_said(got))} cannot stand here.", EXAMPLES


_PAIRS: Final = {")": "(", "]": "[", "}": "{"}


def _too_early(source: str) -> Saying:
    inner = source[2:-2].strip()
    if not inner:
        return "syntax-error", "This tag is empty.", "Write a name between its braces, or delete the tag."
    last = re.search(r"(\w+|[^\w\s]+)\s*$", inner)
    word = last.group(1) if last else inner
    if inner == word:
        return "syntax-error", f"Something is missing behind '{word}'.", _COMPLETE.get(word, EXAMPLES)
    return (
        "syntax-error",
        f"Something is missing at the end of this tag, behind '{word}'.",
        _COMPLETE.get(word, "Write a name or a value behind it, or delete it."),
    )


_COMPLETE: Final = {
    "if": "Write what it depends on: {% if paid %}.",
    "elif": "Write what it depends on: {% elif overdue %}.",
    "for": "Write {% for item in items %}.",
    "in": "Write the list behind it: {% for item in items %}.",
    "set": "Write {% set name = value %}.",
}


def _unbalanced(source: str, wanted: str) -> Saying:
    closer = (
        wanted if wanted in _PAIRS else next((c for c, o in _PAIRS.items() if source.count(o) > source.count(c)), ")")
    )
    opener = _PAIRS[closer]
    if closer == "}":
        opener = "{"
    return "syntax-error", f"A bracket is opened with {opener} and not closed.", f"Add the {closer} that belongs to it."


def _strange_character(match: re.Match[str], source: str) -> Saying:  # noqa: ARG001  # all of the table take it
    shown = match.group(1).strip("'\"") or match.group(1)
    if shown in {"\\'", "'", '"'} or match.group(1) in {'"\'"', "'\"'"}:
        message = "A text is opened with a quotation mark, and not closed."
        return "syntax-error", message, 'Write the same mark before and behind it; a text with \' goes into "…".'
    return "syntax-error", f"The character {shown} cannot stand here.", "Delete it, or put texts into quotation marks."


def _cannot_assign(match: re.Match[str], source: str) -> Saying:  # noqa: ARG001  # all of the table take it
    kinds = {"const": "a fixed value", "tuple": "this list"}
    what = kinds.get(match.group(1), "this")
    return "syntax-error", f"A value cannot be given to {what}.", "Write a plain name: {% set total = 5 %}."


def _fixed(code: str, message: str, advice: str | None) -> Callable[[re.Match[str], str], Saying]:
    return lambda match, source: (code, message, advice)  # noqa: ARG005  # the table's shape


def _said(token: str) -> str:
    return _KINDS.get(token, f"'{token}'")


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


_ARGUMENTS: Final = "Arguments with names stand behind those without: {% macro line(item, bold=false) %}."
# Every message of jinja2's parser and lexer; those of tags that the language does not have come last.
_SAYINGS: Final[tuple[tuple[re.Pattern[str], Callable[[re.Match[str], str], Saying]], ...]] = tuple(
    (re.compile(pattern), saying)
    for pattern, saying in (
        (r"Encountered unknown tag '([^']*)'", _unknown_tag),
        (r"^expected token '(.*)', got '(.*)'", _expected),
        (r"^expected token ['\"](.*)['\"], got ['\"](.*)['\"]", _expected),
        (r"^Expected an expression, got ['\"](.*)['\"]", _unexpected),
        (r"^unexpected char (.+) at", _strange_character),
        (r"^unexpected '(.*)', expected '(.*)'", _unexpected),
        (r"^unexpected end of template|^Unexpected end of template", _fixed(
            "syntax-error", "This tag is not complete.", EXAMPLES)),
        (r"^unexpected ['\"](.*)['\"]", _unexpected),
        (r"^tag name expected", _fixed(
            "syntax-error", "A tag with {% needs a word at its beginning, such as if or for.",
            "To print a value, write {{ name }}.")),
        (r"^expected name or number", _fixed(
            "syntax-error", "A name is missing behind a dot.", "Delete the dot, or write a name behind it.")),
        (r"^expected subscript expression", _fixed(
            "syntax-error", "Between [ and ] something is missing.", "Write a number or a name in quotes there.")),
        (r"^You cannot chain multiple tests with is", _fixed(
            "syntax-error", "One 'is' cannot follow another.", "Write {% if a is defined and a is number %}.")),
        (r"^invalid syntax for function call", _fixed(
            "syntax-error", "The arguments in these brackets are not in order.",
            "Write values first, then those with names: name(1, 2, last=3).")),
        (r"^can't assign to '(.*)'", _cannot_assign),
        (r"^non-default argument follows default", _fixed(
            "syntax-error", "A parameter without a default stands behind one that has one.", _ARGUMENTS)),
        (r"^expected call", _fixed(
            "syntax-error", "{% call %} needs a macro with brackets.", "Write {% call line(item) %} … {% endcall %}.")),
        (r"^Invalid character in identifier", _fixed(
            "syntax-error", "A name holds a character that no name can have.",
            "Use letters, digits and _ only, and begin with a letter.")),
        (r"is no number$", _fixed("syntax-error", "A number cannot be read.", "Write it like 1234.56.")),
        (r"escape|character name|Unicode character|at end of string|hexadecimal", _fixed(
            "syntax-error", "A text in quotes holds a backslash \\ with something behind it that has no meaning.",
            "Write two backslashes \\\\ for a single one.")),
        (r"^Missing end of (?:raw|comment)", _fixed(
            "unclosed-tag", "The tag opened here is never closed.", "Close it where it ends.")),
        (r"^Block names|^Required blocks|^names starting with an underline", _fixed(
            "forbidden-tag", "This tag is not part of the language.", "Write the contents here, or use a macro.")),
    )
)  # fmt: skip
