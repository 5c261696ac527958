"""Where tags begin and end in a text: the tokenizer that all formats share."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from domain.diagnostics import Severity

CLOSERS: Final = {"{{": "}}", "{%": "%}", "{#": "#}"}
# A longer tag is taken for one that was never closed; after so many of those the rest of the text is not searched.
MAX_TAG_CHARACTERS: Final = 100_000
MAX_FINDINGS: Final = 100

_OPENER = re.compile(r"\{[{%#]")
_RAW = re.compile(r"\{%[-+]?\s*raw\s*[-+]?%\}")
ENDRAW: Final = re.compile(r"\{%[-+]?\s*endraw\s*[-+]?%\}")
# One that is never closed goes on to the end: else each of its characters would be tried as a beginning.
_LITERAL = r""" "[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z) | '[^'\\]*(?:\\.[^'\\]*)*(?:'|\\?\Z) """
STRING_LITERAL: Final = re.compile(_LITERAL, re.VERBOSE | re.DOTALL)
# What matters within a tag: a string literal, an opener of the next tag, a brace, an end.
_WITHIN = re.compile(
    _LITERAL + r"""| \{\{ | \{% | \{\# | [{}] | %\} """,
    re.VERBOSE | re.DOTALL,
)
# What was perhaps meant as a tag: '{ {name}}', '{name}}', '{ % if x %}'.
_BROKEN = re.compile(
    r"\{[ \u00a0]\{[^{}\n]{1,80}\}[ \u00a0]?\} | (?<!\{)\{[ \u00a0]?[\w.]{1,60}[ \u00a0]?\}\}(?!\})"
    r" | \{[ \u00a0]%[^{}\n]{1,80}%[ \u00a0]?\}",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class TagSpan:
    """A whole tag at text[start:end]; `kind` is its opener: '{{', '{%' or '{#'."""

    start: int
    end: int
    kind: str


@dataclass(frozen=True, slots=True)
class TagFinding:
    """Something at text[start:end] that should be a tag and is none."""

    start: int
    end: int
    severity: Severity
    code: str
    message: str
    suggestion: str


def find_tags(text: str) -> list[TagSpan | TagFinding]:
    """List the tags of a text, and what looks like a tag and is none, in the order of the text.

    String literals are known: '{{ "}}" }}' is one tag. Between {% raw %} and {% endraw %} there are no tags; the two
    tags themselves are listed, and compile_source drops them. Nothing is raised for any text.
    """
    if "{" not in text:
        return []
    found: list[TagSpan | TagFinding] = []
    position = unclosed = 0
    while opener := _OPENER.search(text, position):
        start, kind = opener.start(), opener.group()
        found.extend(_broken(text, position, start))
        end = _end_of(text, start, kind)
        if end is None:
            found.append(_unclosed(text, start, kind))
            unclosed += 1
            if unclosed == MAX_FINDINGS:
                return found
            position = start + 2
            continue
        if kind == "{%" and ENDRAW.fullmatch(text, start, end):
            found.append(_stray_endraw(start, end))
            position = end
            continue
        found.append(TagSpan(start, end, kind))
        found.extend(_third_brace(text, start, end))
        position = end
        if kind == "{%" and _RAW.fullmatch(text, start, end):
            position = _pass_raw(text, start, end, found)
    found.extend(_broken(text, position, len(text)))
    return found


def _pass_raw(text: str, start: int, end: int, found: list[TagSpan | TagFinding]) -> int:
    """Skip to behind {% endraw %}, and return where that is."""
    closing = ENDRAW.search(text, end)
    if closing is None:
        advice = "Add {% endraw %} where tags count again."
        message = "The raw text opened here is never closed."
        found.append(TagFinding(start, end, Severity.ERROR, "unclosed-block", message, advice))
        return len(text)
    found.append(TagSpan(closing.start(), closing.end(), "{%"))
    return closing.end()


def _stray_endraw(start: int, end: int) -> TagFinding:
    message = "This {% endraw %} closes nothing: no raw text is open here."
    return TagFinding(
        start, end, Severity.ERROR, "stray-tag", message, "Delete it, or add {% raw %} where tags stop counting."
    )


def _third_brace(text: str, start: int, end: int) -> list[TagFinding]:
    """Find {{ name }}} where the third brace closes nothing that the text itself has opened."""
    if not (text.startswith("}", end) and text.startswith("}}", end - 2)):
        return []
    before = _DELIMITERS.sub("", text[max(0, start - _AROUND) : start])
    if before.count("{") > before.count("}"):
        return []
    message = "A third brace stands behind this tag; it will stand in the document as it is."
    return [
        TagFinding(start, end + 1, Severity.WARNING, "broken-tag", message, f"Delete it: {_short(text[start:end])}.")
    ]


# How far an opening brace of the text itself is searched for, and what is none.
_AROUND: Final = 2_000
_DELIMITERS: Final = re.compile(r"\{\{|\}\}|\{[%#]|[%#]\}")


def _short(words: str) -> str:
    return words if len(words) <= _NEAR else f"{words[:_NEAR]}…"


def _end_of(text: str, start: int, kind: str) -> int | None:
    """Return where the tag that starts here ends, or None where it does not before the next one starts."""
    if kind == "{#":
        end = text.find("#}", start + 2)
        return end + 2 if end >= 0 else None
    depth, position = 0, start + 2
    while token := _WITHIN.search(text, position, start + MAX_TAG_CHARACTERS):
        word, position = token.group(), token.end()
        if word in CLOSERS:
            break
        if word == "{":
            depth += 1
        elif word == "%}" and kind == "{%" and not depth:
            return position
        elif word == "}":
            if kind == "{{" and not depth:
                if text.startswith("}", position):
                    return position + 1
            else:
                depth = max(0, depth - 1)
    # Quotes or braces are out of balance: the first end counts, and the parser will say what is wrong within.
    following = _OPENER.search(text, start + 2)
    end = text.find(CLOSERS[kind], start + 2, following.start() if following else len(text))
    return None if end < 0 else end + 2


def _unclosed(text: str, start: int, kind: str) -> TagFinding:
    line = text.find("\n", start)
    end = min(start + 40, line if line >= 0 else len(text))
    closer = CLOSERS[kind]
    message = f"The tag opened here with {kind} is never closed."
    advice = f"Close it with {closer}, or write {{{{ '{kind}' }}}} if the characters themselves are meant."
    following = _OPENER.search(text, start + 2)
    near = min(start + _NEAR, following.start() if following else len(text), line if line >= 0 else len(text))
    loop = _SECTION.match(text, start, near)
    if loop:
        message = (
            f"{loop.group()} is how other programs begin a loop; here {{# begins a comment, which is never closed."
        )
        return TagFinding(start, loop.end(), Severity.ERROR, "unclosed-tag", message, _LOOP)
    for pattern, saying in _ENDINGS[kind]:
        wrong = pattern.search(text, start + 2, near)
        if wrong:
            inner = " ".join(text[start + 2 : wrong.start()].split())
            message = f"The tag opened here with {kind} {saying.format(wrong.group().strip())}."
            advice = f"Write {kind} {inner} {closer}."
            end = wrong.end()
            break
    return TagFinding(start, max(end, start + 2), Severity.ERROR, "unclosed-tag", message, advice)


# How far the end that was meant is searched for.
_NEAR: Final = 200
_SECTION: Final = re.compile(r"\{#\s*(?:(?:if|each|for|with)\s+)?[\w.]+\s*\}")
_LOOP: Final = "Write {% for item in items %} … {% endfor %}, or {% if name %} … {% endif %}."
# Ends that are not those of the tag, by its opener, and what is said of them.
_ENDINGS: Final = {
    kind: tuple((re.compile(pattern), saying) for pattern, saying in endings)
    for kind, endings in {
        "{{": (
            (r"%\}", "ends with {0}, and needs }}}}"),
            (r"\}\s+\}", "ends with braces that a space parts"),
            (r"[\])]\}|\}[\])]|\]\]|\)\)", "ends with {0}, and needs }}}}"),
            (r"\}", "ends with a single brace, and needs two"),
        ),
        "{%": (
            (r"\}\}", "ends with {0}, and needs %}}"),
            (r"%\s+\}", "ends with a space between % and }}"),
            (r"%[\])]", "ends with {0}, and needs %}}"),
            (r"\}", "ends with a brace alone, and needs %}}"),
        ),
        "{#": ((r"#\s+\}", "ends with a space between # and }}"), (r"#[\])]", "ends with {0}, and needs #}}")),
    }.items()
}


def _broken(text: str, start: int, end: int) -> list[TagFinding]:
    if text.find("}", start, end) < 0:
        return []
    return [
        TagFinding(
            match.start(),
            match.end(),
            Severity.WARNING,
            "broken-tag",
            "This looks like a tag, but its braces are not; it will stand in the document as it is.",
            _mended(match.group()),
        )
        for match in _BROKEN.finditer(text, start, end)
    ]


def _mended(broken: str) -> str:
    inner = broken.strip("{}% \u00a0")
    if "%" in broken:
        return f"Write {{% {inner} %}}, without a space between brace and sign."
    return f"Write two braces on each side, without a space between them: {{{{ {inner} }}}}."


_PATH: Final = r"[^\W\d]\w*(?:\.\w+)*"
# Placeholders of other programs: {name}, ${name}, [[name]], <<name>>, <%= name %>, {/items}.
_FOREIGN: Final = re.compile(
    rf"(?<![\w{{\\/]){{(?:[\^/]?{_PATH})}}(?!}})|\[\[ ?{_PATH} ?\]\]|<<{_PATH}>>|<%=? ?{_PATH} ?%>"
)
_FOREIGN_SIGNS: Final = ("{", "[[", "<<", "<%")


def find_foreign(text: str, tags: Sequence[TagSpan | TagFinding]) -> list[TagFinding]:
    """List what looks like a placeholder of another program, outside of the tags that were found."""
    if not any(sign in text for sign in _FOREIGN_SIGNS):
        return []
    found: list[TagFinding] = []
    taken = iter(tags)
    tag = next(taken, None)
    for match in _FOREIGN.finditer(text):
        while tag is not None and tag.end <= match.start():
            tag = next(taken, None)
        if tag is not None and tag.start < match.end():
            continue
        name = re.sub(r"^\W+|\W+$", "", match.group())
        message = f"{match.group()} looks like a placeholder of another program; it stands in the document as it is."
        advice = f"Write {{{{ {name} }}}} for a value of the data."
        found.append(TagFinding(match.start(), match.end(), Severity.INFO, "foreign-placeholder", message, advice))
        if len(found) == MAX_FINDINGS:
            break
    return found
