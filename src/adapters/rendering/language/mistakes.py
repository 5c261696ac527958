"""Mistakes that authors make in tags, as they know it from other languages or from Word: what is meant, and the fix.

A tag that cannot be parsed is held against this table. A fix counts as one only where the tag can be parsed with it;
the advice then is the author's own tag, mended.
"""

# ruff: noqa: RUF001  # signs that look like others are what this module is about

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from adapters.rendering.language.tag_text import blanked, outside_brackets

_Fix = str | Callable[[re.Match[str]], str] | None

_KEYWORDS: Final = "and or not in is if else elif for recursive true false none".split()  # noqa: SIM905  # words
_NO_KEYWORD: Final = rf"(?!(?:{'|'.join(_KEYWORDS)})\b)"
_NAME: Final = r"[^\W\d]\w*(?:\.\w+)*"
# What a name follows directly.
_LEADERS: Final = r"^\{\{\s*|\b(?:if|elif|in|and|or|not)\s+"
# Signs that look like others, most of them put there by Word while typing.
_LIKE: Final = {
    "–": "-", "—": "-", "−": "-", "‐": "-", "\u2011": "-", "×": "*", "·": "*", "÷": "/", "⁄": "/", "≠": "!=", "≤": "<=",
    "≥": ">=", "…": "...", "¦": "|", "｜": "|", "＝": "=", "：": ":", "，": ",",
}  # fmt: skip
_QUOTES: Final = "“”„‟«»‘’‚‛‹›`´"
_WORDS_FOR: Final = {
    "equals": "==", "equal": "==", "eq": "==", "ne": "!=", "gt": ">", "lt": "<", "gte": ">=", "ge": ">=", "lte": "<=",
    "le": "<=",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Mistake:
    """A way to go wrong: `pattern` is searched in the tag without the contents of its texts.

    `fix` replaces every match; groups in it are those of the tag itself. A mistake without a fix is certain as it is.
    `outside` leaves matches in brackets alone.
    """

    pattern: re.Pattern[str]
    message: str
    fix: _Fix = None
    advice: str | None = None
    outside: bool = False


@dataclass(frozen=True, slots=True)
class Explained:
    """What is wrong with a tag; `mended` is the whole tag as it would work, where that is known."""

    message: str
    mended: str | None
    advice: str | None


def explain(source: str, works: Callable[[str], bool]) -> Explained | None:
    """Find the mistakes in a tag that cannot be parsed; `works` tells whether another text for it could be."""
    if len(source) > _LONGEST:
        return None
    first: Explained | None = None
    mended, messages = source, list[str]()
    for mistake in _MISTAKES:
        found = _applied(mistake, source)
        if found is None:
            continue
        message, alone = found
        if alone != source and works(alone):
            return Explained(message, alone, mistake.advice)
        if mistake.fix is None:
            first = first or Explained(message, None, mistake.advice)
        again = _applied(mistake, mended)
        if again is not None and again[1] != mended:
            mended = again[1]
            messages.append(message)
            if len(messages) > 1 and works(mended):
                return Explained(" ".join(messages), mended, None)
    return first


# Longer tags are rare, and not worth a search that grows faster than they do.
_LONGEST: Final = 300


def _applied(mistake: _Mistake, source: str) -> tuple[str, str] | None:
    """Return the message, and the tag with the fix at every match (itself if there is none); None without a match."""
    blank = blanked(source)
    matches = [m for m in mistake.pattern.finditer(blank) if not mistake.outside or outside_brackets(blank, m.start())]
    if not matches:
        return None
    message = _replacement(mistake.message, matches[0], source)
    if mistake.fix is None:
        return message, source
    out, position = "", 0
    for match in matches:
        out += source[position : match.start()] + _replacement(mistake.fix, match, source)
        position = match.end()
    return message, out + source[position:]


def _replacement(fix: str | Callable[[re.Match[str]], str], match: re.Match[str], source: str) -> str:
    if callable(fix):
        return fix(match)
    groups = [source[start:end] if start >= 0 else "" for start, end in map(match.span, range(match.re.groups + 1))]
    return re.sub(r"\\(\d)", lambda number: groups[int(number.group(1))], fix)


def _of(pattern: str, message: str, fix: _Fix = None, advice: str | None = None, *, outside: bool = False) -> _Mistake:
    return _Mistake(re.compile(pattern), message, fix, advice, outside)


def _item_of(match: re.Match[str]) -> str:
    """Name the items of a list: {% for items %} becomes {% for item in items %}."""
    name = match.group(1).rpartition(".")[2]
    single = name[:-1] if name.endswith("s") and len(name) > 2 else "item"  # noqa: PLR2004  # of two letters nothing is left
    return f"{{% for {single} in {match.group(1)} %}}"


_PRINT: Final = "Values are printed with two braces on each side, blocks begin with {%."
_TYPOGRAPHIC: Final = "The quotation marks in this tag are typographic ones; tags need straight ones."

_MISTAKES: Final = (
    # Braces
    _of(r"^\{\{\s*%\s*(.*?)\s*%?\s*\}\}$", "This tag has braces of two kinds.", r"{% \1 %}", _PRINT),
    _of(r"^\{\{\s*\{\s*([^{}:]*?)\s*\}\s*\}\}$", "This tag has three braces on each side.", r"{{ \1 }}"),
    _of(r"^\{%\s*\{\s*([^{}]*?)\s*\}\s*%\}$", "This tag has braces of two kinds.", r"{{ \1 }}", _PRINT),
    # Other template languages
    _of(r"^\{\{\s*#\s*if\s+(.+?)\s*\}\}$", "Conditions are written with {% and %}.", r"{% if \1 %}"),
    _of(r"^\{\{\s*#\s*each\s+([\w.]+)\s*\}\}$", "Loops are written with {% and %}.", _item_of),
    _of(r"^\{\{\s*/\s*(if|for|with)\s*\}\}$", "Blocks are closed with {% and %}.", r"{% end\1 %}"),
    _of(r"^\{\{\s*/\s*each\s*\}\}$", "Loops are closed with {% endfor %}.", "{% endfor %}"),
    _of(r"^\{\{\s*#\s*([\w.]+)\s*\}\}$", "This is how other programs write a loop or a condition.", _item_of),
    _of(r"^\{\{\s*\^\s*([\w.]+)\s*\}\}$", "This is how other programs ask for what is not there.", r"{% if not \1 %}"),
    _of(r"^\{\{\s*/\s*[\w.]+\s*\}\}$", "This is how other programs end a block.", None,
        "Blocks are written {% for item in items %} … {% endfor %} and {% if paid %} … {% endif %}."),
    _of(r"^\{\{\s*(if|elif|for|set|macro|with|call)\b\s*(.*?)\s*\}\}$", "'\\1' belongs into a tag with {% and %}.",
        r"{% \1 \2 %}"),
    _of(r"^\{%\s*=\s*(.*?)\s*%\}$|^\{\{\s*=\s*(.*?)\s*\}\}$", "A value is printed without the sign =.",
        r"{{ \1\2 }}"),
    _of(r"^\{%\s*(?:print|echo)\s+(.*?)\s*%\}$", "A value is printed with two braces on each side.", r"{{ \1 }}"),
    # Else and ends
    _of(r"^\{%\s*(?:else\s*if|elsif|elif\s+if|else\s+elif)\b", "A further condition begins with 'elif'.", "{% elif"),
    _of(r"^\{%\s*else\s+[^%]*%\}$", "{% else %} stands alone; nothing can follow in it.", "{% else %}",
        "For a further condition write {% elif … %}."),
    _of(r"^\{%\s*end\s+(for|if|set|with|macro|call)\b[^%]*%\}$", "The word is written without a space: end\\1.",
        r"{% end\1 %}"),
    _of(r"^\{%\s*(end\w+)\s+[^\s%][^%]*%\}$", "{% \\1 %} stands alone; nothing can follow in it.", r"{% \1 %}"),
    # Look-alikes that Word and keyboards make
    _of("'(\ue100+)'(\\w[^'\"]*)'", "The text in this tag ends at its apostrophe.", "\"\\1'\\2\""),
    _of("[“„«»‟”]([^“”„«»‟\"]*)[“”»«‟\"]", _TYPOGRAPHIC, r'"\1"'),
    _of("[‘‚‹›‛’`´]([^‘’‚‹›`´']*)[’‘‛›‹`´']", _TYPOGRAPHIC, r"'\1'"),
    _of(f"[{_QUOTES}]", _TYPOGRAPHIC, None, "Write \" or ', the same before and behind the text."),
    _of(f"[{''.join(_LIKE)}]", "A sign in this tag only looks like the one that is meant.",
        lambda match: _LIKE[match.group()], "Type - for minus, * for times and <= for ≤."),
    # Loops
    _of(rf"^\{{%\s*for\s*(?:each)?\s+({_NAME})\s+as\s+(\w+)\s*%\}}$", "A loop names the item first, and then its list.",
        r"{% for \2 in \1 %}"),
    _of(r"^\{%\s*for\s*each\s+(.*?)\s*%\}$", "A loop begins with 'for' alone.", r"{% for \1 %}"),
    _of(rf"^\{{%\s*for\s*\(\s*({_NAME})\s+(?:in|of)\s+(.+?)\s*\)\s*%\}}$", "A loop needs no brackets.",
        r"{% for \1 in \2 %}"),
    _of(r"^\{%\s*for\s+(\w+)\s*(?:=|from|in)\s*(\d+)\s*(?:to|\.\.+|…|-)\s*(\d+)\s*%\}$",
        "A loop over numbers needs range().", lambda m: f"{{% for {m[1]} in range({m[2]}, {int(m[3][:9]) + 1}) %}}"),
    _of(rf"^\{{%\s*for\s+(\w+)\s+(?:of|over|from|on)\s+({_NAME})\s*%\}}$", "A loop needs the word 'in'.",
        r"{% for \1 in \2 %}"),
    _of(rf"^\{{%\s*for\s+(\w+)\s*[:=]\s*({_NAME})\s*%\}}$", "A loop needs the word 'in'.", r"{% for \1 in \2 %}"),
    _of(r"^\{%\s*for\s+(\w+)\s+(?!in\b)(\w+)\s+in\b", "A comma stands between two names.", r"{% for \1, \2 in"),
    _of(rf"^\{{%\s*for\s+{_NO_KEYWORD}(\w+)\s+{_NO_KEYWORD}({_NAME})\s*%\}}$", "A loop needs the word 'in'.",
        r"{% for \1 in \2 %}"),
    _of(rf"^\{{%\s*for\s+({_NAME})\s*%\}}$", "A loop needs a name for each item, and the word 'in'.", _item_of),
    _of(rf"^\{{%\s*for\s+({_NAME}\.\w+)\s+in\b", "The name behind 'for' is a new one for each item, without a dot.",
        lambda m: f"{{% for {m[1].rpartition('.')[2]} in", "Write {% for item in items %}, and {{ item.name }} in it."),
    # Set
    _of(r"^\{%\s*(?:let|assign|var|do)\s+(\w+)\s*:?=\s*(.+?)\s*%\}$", "A value gets its name with 'set'.",
        r"{% set \1 = \2 %}"),
    _of(rf"^\{{%\s*{_NO_KEYWORD}(?!set\b)(\w+)\s*:?=(?!=)\s*(.+?)\s*%\}}$", "A value gets its name with 'set'.",
        r"{% set \1 = \2 %}"),
    _of(r"^\{%\s*set\s+(\w+(?:\.\w+)?)\s*([-+*/])=\s*(.+?)\s*%\}$", "A value is changed with a single =.",
        r"{% set \1 = \1 \2 \3 %}"),
    _of(r"^\{%\s*set\s+(\w+(?:\.\w+)?)\s*(?:==|:=|:|\bto\b)\s*(.+?)\s*%\}$", "'set' needs a single =.",
        r"{% set \1 = \2 %}"),
    _of(rf"^\{{%\s*set\s+(\w+)\s+((?!=){_NO_KEYWORD}[^=|%]+?)\s*%\}}$", "'set' needs the sign =.",
        r"{% set \1 = \2 %}"),
    _of(r"^\{\{\s*(?:set\s+)?(\w+)\s*=(?!=)\s*(.+?)\s*\}\}$", "A value gets its name with {% set %}.",
        r"{% set \1 = \2 %}"),
    # Operators
    _of(r"\b(AND|OR|NOT|IN|IS|IF|ELSE|And|Or|Not)\b", "Words such as 'and' and 'not' are written in small letters.",
        lambda match: match.group().lower()),
    _of(r"^\{%\s*(IF|If|FOR|For|SET|Set|ELSE|Else|ELIF|Elif|ENDIF|EndIf|Endif|ENDFOR|EndFor|Endfor)\b",
        "The words of tags are written in small letters.", lambda match: match.group().lower()),
    _of(r"&&", "'and' is written as a word.", " and "),
    _of(r"\|\|", "'or' is written as a word.", " or "),
    _of(r"!==|<>", "'Not equal' is written !=.", "!="),
    _of(r"===", "'Equal' is written ==.", "=="),
    _of(r"=>", "'Greater or equal' is written >=.", ">="),
    _of(r"=<", "'Less or equal' is written <=.", "<="),
    _of(r"!(?!=)\s*(?=[\w(])", "'not' is written as a word.", "not "),
    _of(r"(?<![=!<>])=(?!=)", "In a condition, 'equal' is written with two signs: ==.", "==", outside=True),
    _of(r"\?\?", "A value for what is missing is given with default.", None, "Write {{ name | default('…') }}."),
    _of(r"^\{\{\s*(.+?)\s*\?\s*(.+?)\s*:\s*(.+?)\s*\}\}$", "A choice is written with if and else.",
        r"{{ \2 if \1 else \3 }}"),
    _of(r"\bis\s+(?:(not)\s+)?(?:equal\s+to|equals|same\s+as)\b", "A comparison is written with a sign.",
        lambda m: "!=" if m[1] else "=="),
    _of(r"\bis\s+(greater|less|more|bigger|smaller)\s+than\b", "A comparison is written with a sign.",
        lambda m: "<" if m[1] in {"less", "smaller"} else ">"),
    _of(rf"(?<=\w)\s+({'|'.join(_WORDS_FOR)})\s+(?=\S)", "A comparison is written with a sign.",
        lambda match: f" {_WORDS_FOR[match.group(1)]} "),
    _of(rf"({_NAME})\s+(?:contains|includes|has)\s+([^\s%}}]+)", "Whether something is in a list is asked with 'in'.",
        r"\2 in \1"),
    _of(r"\s+(?:then|do)\s*(?=%\})", "A condition needs no word at its end.", " "),
    _of(r"(\w+)\s*\+\+", "Nothing is counted up with ++.", None, "In a loop, write {{ loop.index }}."),
    _of(r"->|::|\?\.", "What lies within an object is written with a dot.", "."),
    _of(r"(\d+(?:\.\d+)?)\s*%(?!\})", "A per cent sign divides nothing.", r"\1 / 100"),
    _of(r"(?<![&])&(?!&)", "The sign & puts nothing together.", "~", "In a condition, write 'and'."),
    _of(rf"({_NAME})\s*([=!]=)\s*([\"'][^\"']*[\"']|[\w.]+)\s+(or|and)\s+(?=[=!]=)",
        "Each comparison needs its own name.", r"\1 \2 \3 \4 \1 "),
    # Macros
    _of(r"^\{%\s*(macro|call)\s+(\w+)\s*%\}$", "A macro needs brackets, even if they are empty.", r"{% \1 \2() %}"),
    # Numbers
    _of(r"(?<![\w.])\d{1,3}'\d{3}(?!\w)", "A number is written without signs between its digits.",
        lambda match: match.group().replace("'", "")),
    _of(r"(?<![\w.])\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?!\w)", "A number is written without spaces.",
        lambda match: re.sub(r"\D", "", match.group())),
    _of(r"(?<![\w.)\]])\.(\d)", "A number needs a digit before its point.", r"0.\1"),
    # Filters
    _of(r"\|\s*(\w+)\s*:\s*([\"'][^\"']*[\"']|[\w.]+)", "What a filter needs goes into brackets.", r"| \1(\2)"),
    _of(r"\|\s*(\w+)\s+([\"'][^\"']*[\"']|\d[\d.]*)", "What a filter needs goes into brackets.", r"| \1(\2)"),
    _of(r"\|\s*(?=[|)\]}]|%\}|$)", "The name of a filter is missing behind the sign |.", ""),
    # Dots and names
    _of(r"\.\.+", "There is one dot too many.", "."),
    _of(r"\.(?=[\[(])", "There is a dot too many before the bracket.", ""),
    _of(r"(?<=[\w)\]])\.(?!\s*\w)", "A name is missing behind a dot.", ""),
    _of(r"(?<![\w)\]\"'.\s])\s*\.(?=[^\W\d])", "A name is missing before a dot.", " "),
    _of(r"(?<![\w.])\d+[^\W\d]\w*", "A name cannot begin with a digit.", None,
        "Call it otherwise, in the data too; for a key of an object write customer['2nd_name']."),
    _of(r"[$@#€£§?;^\\](?=\s*[\w}%])|[$@#€£§?!;^\\](?=\s*[}%]\})", "A name holds a sign that no name can have.", "",
        "Names have letters, digits and _ only."),
    _of(rf"([=!]=)\s*((?:in|not|is)?\s*[^\W\d]\w*(?:\s+{_NO_KEYWORD}\w+)*)\s*(?=%\}})",
        "A text that is compared with needs quotation marks.", r'\1 "\2"'),
    _of(rf"({_LEADERS})({_NO_KEYWORD}[^\W\d]\w*(?:[ \u00a0]+{_NO_KEYWORD}[^\W\d]\w*)+)(?=\s*(?:\||\}}\}}|%\}}|[=<>!]))",
        "A name cannot hold spaces, or an operator is missing between two names.",
        lambda match: match.group(1) + re.sub(r"\s+", "_", match.group(2))),
    _of(rf"({_LEADERS})({_NAME})\.([^\W\d]\w*(?:[ \u00a0]+{_NO_KEYWORD}[^\W\d]\w*)+)(?=\s*(?:\||\}}\}}|%\}}|[=<>!]))",
        "A name with spaces needs brackets and quotation marks.", r"\1\2['\3']"),
)  # fmt: skip
