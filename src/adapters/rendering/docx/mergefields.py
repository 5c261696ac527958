"""Word's mail merge fields become values of the data, by their names.

Each field is taken out of the tree before its tags are looked for, and a token of the template language comes into its
place: escaping, missing values, schema and limits are those of any other tag. What DocGen does not do is an error with
its place; nothing of a field stays in a document half done. Fields that have nothing to do with the data stay.
"""

import re
from collections.abc import Iterable, Iterator
from copy import deepcopy
from itertools import islice
from typing import Final

from lxml import etree

from adapters.rendering.docx.field_codes import CodePiece, CodeText, Field, FieldSyntaxError
from adapters.rendering.docx.field_tree import (
    MOST_LEVELS,
    codes_of,
    fields_in_code,
    find_fields,
    formatting_of,
    levels_of,
)
from adapters.rendering.docx.findings import error, unusable
from adapters.rendering.docx.if_fields import VALUE, choice_of
from adapters.rendering.docx.merge_values import merge_value
from adapters.rendering.docx.places import Places
from adapters.rendering.docx.prefixes import section_end
from adapters.rendering.docx.tokens import Token, TokenTable
from adapters.rendering.docx.tree import PROPERTIES, RPR, XML_SPACE, Node, P, R, T, ancestor, atoms, take, w
from adapters.rendering.language.limits import DEFAULT_LIMITS
from domain.diagnostics import Diagnostic

_NAMES: Final = re.compile(r"MERGEFIELD|MERGEREC|MERGESEQ|NEXT|SKIPIF|ADDRESSBLOCK|GREETINGLINE", re.IGNORECASE)
_CHOICE: Final = "IF"
# What another field of mail merge would do, and what to write in its place.
_INSTEAD: Final = {
    **dict.fromkeys(
        ("NEXT", "NEXTIF", "SKIPIF"),
        "A document is made of one record. Repeat what is between with {% for item in items %} … {% endfor %}.",
    ),
    **dict.fromkeys(
        ("MERGEREC", "MERGESEQ"), "Write {{ loop.index }} in a loop, or name a value of the data: {{ number }}."
    ),
    "ADDRESSBLOCK": "Write the lines of the address as merge fields of their own, each in its paragraph.",
    "GREETINGLINE": "Write the greeting with merge fields: Dear «Title» «Last_Name».",
}
_OF_MERGE: Final = frozenset({VALUE, *_INSTEAD})
_ADVICE: Final = {
    "=": "Write the calculation as a tag: {{ quantity * price }}.",
    "HYPERLINK": "Make a hyperlink in Word whose address is a tag: {{ url }}.",
}
_WRAPPERS: Final = frozenset(map(w, ("hyperlink", "ins", "moveTo", "smartTag")))
_MARKUP: Final = re.compile(r"\{[{%]")
_LONGEST: Final = 20_000
_SHOWN: Final = 80


def fill_merge_fields(root: Node, tokens: TokenTable, places: Places, decimal: str) -> list[Diagnostic]:
    """Put tokens in the place of a part's merge fields; return what is wrong with them, or not done by DocGen.

    `decimal` is the point in their pictures of numbers.

    Raises:
        UnusableFileError: there are too many.
    """
    codes = codes_of(root)
    if not _NAMES.search(codes):
        return []
    if (count := codes.upper().count(VALUE)) > DEFAULT_LIMITS.tags:
        # Each becomes a tag, which takes longer than to see that they are too many.
        message = f"The template has {count:,} merge fields; the limit is {DEFAULT_LIMITS.tags:,}."
        raise unusable("template-too-complex", message, "Use loops, or prepare the values in the data.")
    filler = _Filler(root, tokens, places, decimal)
    filler.fill(find_fields(root))
    return filler.findings


class _Filler:
    def __init__(self, root: Node, tokens: TokenTable, places: Places, decimal: str) -> None:
        self._root = root
        self._decimal = decimal
        self._tokens = tokens
        self._places = places
        self.findings: list[Diagnostic] = []

    def fill(self, fields: Iterable[Field]) -> None:
        """Fill in fields, and those in the results of others; an error in one does not hide those of the next."""
        waiting = list(reversed(list(fields)))
        # More tags than a template may have are refused in any case.
        while waiting and len(self._tokens) <= DEFAULT_LIMITS.tags:
            field = waiting.pop()
            if ancestor(field.first, self._root.tag) is None:
                # It stood in the result of a simple field.
                continue
            try:
                if not self._fill(field):
                    waiting += reversed(field.inner)
            except FieldSyntaxError as problem:
                self._report(field, problem)

    def _report(self, field: Field, problem: FieldSyntaxError) -> None:
        paragraph = ancestor(field.first, P)
        location = self._places.of(field.first if paragraph is None else paragraph)
        self.findings.append(error(problem.code, problem.message, problem.advice, location, _snippet(field)))

    def _fill(self, field: Field) -> bool:
        """Fill in one field; False where it stays, and what stands in its result counts."""
        name = field.name
        if _OF_MERGE.isdisjoint({name, *(inner.name for inner in fields_in_code(field))}):
            return False
        if _MARKUP.search("".join(text.text or "" for run in field.result for text in run.iter(T))):
            # Its author has written tags into the result: they are what counts.
            return False
        _check(field)
        if name == VALUE:
            self._put_value(field)
        elif name == _CHOICE:
            self._put_choice(field)
        else:
            raise _in_code(name)
        return True

    def _put_value(self, field: Field) -> None:
        run = self._value(field, field)
        field.first.addprevious(run)
        _remove(field.runs)
        paragraph = ancestor(run, P)
        token = self._tokens.of(run[-1][0])
        first_two = [] if paragraph is None else list(islice(atoms(paragraph), 2))
        if paragraph is not None and first_two == [token.place] and section_end(paragraph) is None:
            # Word leaves out a line of an address that holds nothing but empty fields (17.14.14).
            token.prefix = "p"

    def _put_choice(self, field: Field) -> None:
        made = self._choice(field, field)
        for run in made:
            field.first.addprevious(run)
        kept = set(made)
        _remove(run for run in field.runs if run not in kept)

    def _value(self, field: Field, outer: Field) -> Node:
        """Make the run of a merge field, which may stand in the code of an outer one."""
        value = merge_value(field.code, self._decimal)
        shown = next((run for run in field.result if run.tag == R), None)
        code = field.code_run
        source = code if value.formatting == "charformat" or shown is None else shown
        return self._run(outer, f"{{{{ {value.expression} }}}}", formatting_of(source))

    def _choice(self, field: Field, outer: Field) -> list[Node]:
        """Make the runs of an IF field: its texts with their own formatting, between the tags that choose."""
        choice = choice_of(field.code, self._decimal)
        shown = next((run for run in field.result if run.tag == R), None)
        source = {"mergeformat": shown, "charformat": field.code_run}.get(choice.formatting)
        runs = [self._run(outer, f"{{% if {choice.condition} %}}", None), *self._text(choice.yes, outer)]
        if choice.no:
            runs += [self._run(outer, "{% else %}", None), *self._text(choice.no, outer)]
        runs.append(self._run(outer, "{% endif %}", None))
        if source is not None:
            properties = formatting_of(source)
            for run in runs:
                _format(run, properties)
        return runs

    def _text(self, pieces: Iterable[CodePiece], outer: Field) -> Iterator[Node]:
        """Make the runs of a text in a field's code."""
        for piece in pieces:
            if isinstance(piece, CodeText):
                yield _text_run(piece)
            elif not isinstance(piece, Field):
                yield piece
            elif piece.name == VALUE:
                yield self._value(piece, outer)
            elif all(inner.name != VALUE for inner in fields_in_code(piece)):
                # Word computes it where it stands now.
                yield from piece.runs
            elif piece.name == _CHOICE:
                yield from self._choice(piece, outer)
            else:
                raise _in_code(piece.name)

    def _run(self, field: Field, tag: str, properties: Node | None) -> Node:
        """Make a run with a token of the template language."""
        paragraph = ancestor(field.first, P)
        token = Token(tag, self._places.of(field.first if paragraph is None else paragraph), _snippet(field))
        run = etree.Element(R)
        if properties is not None:
            run.append(deepcopy(properties))
        text = etree.SubElement(run, T, {XML_SPACE: "preserve"})
        token.node = etree.PI("t", str(self._tokens.add(token)))
        text.append(token.node)
        return run


def _check(field: Field) -> None:
    """Refuse a field of which this module cannot make sense.

    Raises:
        FieldSyntaxError: it has no end in its paragraph, is too long or too deep, or one that DocGen does not do.
    """
    names = (field.name, *(inner.name for inner in fields_in_code(field)))
    name = next((name for name in names if name in _INSTEAD), None)
    if name is not None:
        message = f"DocGen does not fill in the field {name} of Word's mail merge."
        raise FieldSyntaxError(message, _INSTEAD[name], "merge-field-unsupported")
    if not field.is_closed:
        raise FieldSyntaxError("This field is begun and never ended.", "Insert it anew in Word.")
    paragraph = ancestor(field.first, P)
    if any(ancestor(run, P) is not paragraph for run in field.runs):
        message = "This field begins in one paragraph and ends in another."
        advice = "Keep it within one paragraph, or write {% if … %} and {% endif %} around the paragraphs."
        raise FieldSyntaxError(message, advice, "merge-field-unsupported")
    if levels_of(field) > MOST_LEVELS:
        message = f"Fields stand in each other more than {MOST_LEVELS} deep."
        raise FieldSyntaxError(message, "Write {% if … %}, {% elif … %} and {% endif %}.", "merge-field-unsupported")
    inner = [field, *fields_in_code(field)]
    if sum(len(piece.text) for each in inner for piece in each.code if isinstance(piece, CodeText)) > _LONGEST:
        raise FieldSyntaxError(f"The code of this field has more than {_LONGEST:,} characters.", "Make it shorter.")


def _in_code(name: str) -> FieldSyntaxError:
    message = f"A merge field stands in the code of a field {name}, where data would become commands."
    advice = _ADVICE.get(name, "Write what the field should show into the text, as a merge field or a tag.")
    return FieldSyntaxError(message, advice, "merge-field-in-code")


def _text_run(piece: CodeText) -> Node:
    """Make a run of a piece of text, formatted as in the code."""
    run = etree.Element(R)
    properties = formatting_of(piece.run)
    if properties is not None:
        run.append(deepcopy(properties))
    etree.SubElement(run, T, {XML_SPACE: "preserve"}).text = piece.text
    return run


def _format(run: Node, properties: Node | None) -> None:
    """Give a run other properties."""
    for child in run.findall(RPR):
        run.remove(child)
    if properties is not None and run.tag == R:
        run.insert(0, deepcopy(properties))


def _remove(runs: Iterable[Node]) -> None:
    """Take runs out of the tree, and hyperlinks and revisions that held nothing else."""
    for run in runs:
        parent = run.getparent()
        take(run)
        while parent is not None and parent.tag in _WRAPPERS and all(child.tag in PROPERTIES for child in parent):
            parent, empty = parent.getparent(), parent
            take(empty)


def _snippet(field: Field) -> str:
    words = " ".join(field.text.split())
    return words if len(words) <= _SHOWN else f"{words[:_SHOWN]}…"
