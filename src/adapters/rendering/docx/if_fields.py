"""IF fields on merge fields: a condition of the template language, and the texts it chooses from.

`{ IF { MERGEFIELD Country } = "DE" "Germany" "abroad" }` (ECMA-376 part 1, 17.16.5.26; Word's own rules are those of
MS-OI29500, 2.1.478).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from adapters.rendering.docx.field_codes import CodePiece, CodeText, Field, FieldSyntaxError, Word, words_of
from adapters.rendering.docx.merge_values import FORMATTING, literal, merge_value

VALUE: Final = "MERGEFIELD"
_OPERATOR: Final = re.compile(r"<=|>=|<>|[<>=]")
_WILDCARDS: Final = ("*", "?")
_LONGEST_PATTERN: Final = 200
_EXAMPLE: Final = 'Write it like { IF { MERGEFIELD Country } = "DE" "Germany" "abroad" }.'
_MOST_TEXTS: Final = 2


@dataclass(slots=True)
class Choice:
    """An IF field: the condition, what stands where it holds and where not, and where the formatting comes from."""

    condition: str
    yes: list[CodePiece]
    no: list[CodePiece]
    formatting: str = ""


def choice_of(code: Sequence[CodePiece], decimal: str) -> Choice:
    """Read the code of an IF field; `decimal` is the point in pictures of numbers.

    Raises:
        FieldSyntaxError: it is not complete, or asks for what is not filled in.
    """
    words = words_of(code)[1:]
    words, formatting = _without_switches(words)
    comparison, texts = _cut(words)
    if len(comparison) < 3:  # noqa: PLR2004  # left, operator, right
        raise FieldSyntaxError("This IF field compares nothing.", _EXAMPLE)
    if len(texts) > _MOST_TEXTS:
        message = "More than two texts stand behind the condition of this IF field."
        raise FieldSyntaxError(message, f"Put each text into quotation marks. {_EXAMPLE}")
    yes, no = (list(texts[index].pieces) if index < len(texts) else [] for index in (0, 1))
    if not texts:
        raise FieldSyntaxError("This IF field has no text behind its condition.", _EXAMPLE)
    left, operator, right = comparison
    condition, is_reversed = _condition(left, operator.text or "", right, decimal)
    return Choice(condition, no if is_reversed else yes, yes if is_reversed else no, formatting)


def _without_switches(words: Sequence[Word]) -> tuple[list[Word], str]:
    """Return the words that are no switches, and what \\* says of the formatting."""
    kept: list[Word] = []
    formatting = ""
    rest = iter(words)
    for word in rest:
        if not word.switch:
            kept.append(word)
            continue
        following = next(rest, None)
        name = (following.text or "").lower() if following is not None and word.switch == "*" else ""
        if name not in FORMATTING:
            message = f"DocGen does not fill in the switch \\{word.switch} of an IF field."
            advice = "Write the switch into the merge fields within it, or write {% if … %}."
            raise FieldSyntaxError(message, advice, "merge-field-unsupported")
        formatting = name
    return kept, formatting


def _cut(words: Sequence[Word]) -> tuple[list[Word], list[Word]]:
    """Return the three words of the condition, and the texts behind it; an operator needs no spaces around it."""
    comparison: list[Word] = []
    waiting = list(words)
    while waiting and len(comparison) < 3:  # noqa: PLR2004  # left, operator, right
        word = waiting.pop(0)
        parts = list(_parts(word)) if len(comparison) < _MOST_TEXTS else [word]
        comparison += parts
    if len(comparison) > 1 and not _is_operator(comparison[1]):
        shown = (comparison[1].text or "a field")[:40]
        message = f"In the condition of this IF field, {shown!r} stands where a sign has to compare."
        raise FieldSyntaxError(message, "The signs are =, <>, <, >, <= and >=; put texts into quotation marks.")
    return comparison[:3], [*comparison[3:], *waiting]


def _parts(word: Word) -> Iterator[Word]:
    """Cut the first operator out of a word that is not in quotation marks."""
    if word.is_quoted:
        yield word
        return
    for index, piece in enumerate(word.pieces):
        if not isinstance(piece, CodeText) or (found := _OPERATOR.search(piece.text)) is None:
            continue
        before = [*word.pieces[:index], *_some(piece, piece.text[: found.start()])]
        behind = [*_some(piece, piece.text[found.end() :]), *word.pieces[index + 1 :]]
        if before:
            yield Word(before)
        yield Word([CodeText(found.group(), piece.run)])
        if behind:
            yield Word(behind)
        return
    yield word


def _some(piece: CodeText, text: str) -> list[CodePiece]:
    return [CodeText(text, piece.run)] if text else []


def _is_operator(word: Word) -> bool:
    return not word.is_quoted and _OPERATOR.fullmatch(word.text or "") is not None


def _condition(left: Word, operator: str, right: Word, decimal: str) -> tuple[str, bool]:
    """Return the condition as an expression, and whether it is the opposite of what was asked for."""
    first, constant = _operand(left, decimal), right.text
    if operator in ("=", "<>") and constant == "" and _is_plain_value(left):
        # Whether there is anything: a value that is asked for that may be missing.
        return f'{first} is defined and {first} | word_compare("<>", "")', operator == "="
    other = _operand(right, decimal)
    wildcards = ""
    signs = "".join(piece.text for piece in right.pieces if isinstance(piece, CodeText))
    if operator in ("=", "<>") and any(sign in signs for sign in _WILDCARDS):
        if constant is None:
            message = "In the condition of this IF field, * or ? stands beside a merge field."
            raise FieldSyntaxError(message, "Compare with a text alone.", "merge-field-unsupported")
        if len(constant) > _LONGEST_PATTERN:
            raise FieldSyntaxError(f"The text with * or ? has more than {_LONGEST_PATTERN} characters.", "Shorten it.")
        wildcards = ", wildcards=true"
    return f"{first} | word_compare({literal(operator)}, {other}{wildcards})", False


def _is_plain_value(word: Word) -> bool:
    pieces = word.pieces
    return len(pieces) == 1 and isinstance(pieces[0], Field) and not merge_value(pieces[0].code).filters


def _operand(word: Word, decimal: str) -> str:
    """Write one side of a comparison as an expression."""
    parts = [_part(piece, decimal) for piece in word.pieces]
    if not parts:
        return '""'
    return parts[0] if len(parts) == 1 else "(" + " ~ ".join(f"({part})" for part in parts) + ")"


def _part(piece: CodePiece, decimal: str) -> str:
    if isinstance(piece, CodeText):
        return literal(piece.text)
    if isinstance(piece, Field) and piece.name == VALUE:
        return merge_value(piece.code, decimal).expression
    what = f"a field {piece.name}" if isinstance(piece, Field) else "a tab or a picture"
    message = f"In the condition of this IF field stands {what}; DocGen compares merge fields and texts there."
    raise FieldSyntaxError(message, "Write {% if … %} … {% endif %} with tags.", "merge-field-unsupported")
