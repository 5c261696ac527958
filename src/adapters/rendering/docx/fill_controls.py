"""Content controls with a tag name become values of the data, and repeating sections loops.

As merge fields do, they become tokens of the template language before its tags are looked for (see mergefields.py). The
control itself stays, with its title and its lock, so that Word lets readers go on with it.
"""

from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from itertools import islice
from typing import Final

from lxml import etree

from adapters.rendering.docx.control_values import (
    checkbox_nodes,
    expression_of,
    formatting_of,
    has_broken_format,
    in_paragraph,
    kept_of,
    text_run,
)
from adapters.rendering.docx.controls import (
    ITEM,
    PROMPT,
    PROPERTIES,
    TAG,
    Control,
    Kind,
    controls_in,
    has_tags,
    read_control,
)
from adapters.rendering.docx.findings import warning
from adapters.rendering.docx.merge_values import path_of
from adapters.rendering.docx.places import Places
from adapters.rendering.docx.tokens import Token, TokenTable
from adapters.rendering.docx.tree import MARKS, SDT, SDT_CONTENT, Node, P, ancestor, take, w
from adapters.rendering.docx.writers import ATTRIBUTE
from adapters.rendering.language.limits import DEFAULT_LIMITS
from domain.diagnostics import Diagnostic, Location

# How tags in a repeating section call its round.
ROUND: Final = "item"
_ENDS: Final = frozenset({w("bookmarkEnd"), w("commentRangeEnd")})
_MOST_OF_ITS_OWN: Final = 20_000
_DOC_PR: Final = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}docPr"
# What Word remembers of a value that was chosen before.
_REMEMBERED: Final = (w("fullDate"), w("lastValue"))


@dataclass(frozen=True, slots=True)
class _Section:
    """A repeating section around controls: its name, and the path of its list."""

    name: str

    def path_of(self, name: str) -> str:
        """Return the path of a control in it: a key of the round, or the round itself where it has the same name."""
        own, path = path_of(self.name), path_of(name)
        return ROUND if path == own else f"{ROUND}.{path.removeprefix(f'{own}.')}"


def fill_controls(root: Node, tokens: TokenTable, places: Places) -> list[Diagnostic]:
    """Put tokens into a part's controls that have a tag name; return what is odd about them."""
    if next(root.iter(TAG), None) is None:
        return []
    filler = _Filler(controls_in(root), tokens, places)
    filler.fill(None, None)
    return filler.findings


class _Filler:
    def __init__(self, controls: Mapping[Node | None, list[Node]], tokens: TokenTable, places: Places) -> None:
        self._controls = controls
        self._tokens = tokens
        self._places = places
        self.findings: list[Diagnostic] = []

    def fill(self, around: Node | None, section: _Section | None) -> None:
        """Fill in the controls in a control, or in none; one that is no placeholder may hold others."""
        for node in self._controls.get(around, ()):
            if len(self._tokens) > DEFAULT_LIMITS.tags:
                # More tags than a template may have are refused in any case.
                return
            control = read_control(node)
            if control is None:
                self.fill(node, section)
                continue
            path = path_of(control.name) if section is None else section.path_of(control.name)
            if control.kind is Kind.SECTION:
                self._repeat(control, path, section)
            elif control.kind is Kind.PICTURE:
                self._show_picture(control, path)
            else:
                self._put_value(control, path)

    # -- single values

    def _put_value(self, control: Control, path: str) -> None:
        if control.kind is Kind.CHECKBOX:
            made = checkbox_nodes(
                control, path, lambda tag: self._token(control, tag), lambda tag: self._in_attribute(control, tag)
            )
            self._replace(control, in_paragraph(control, made))
            return
        if (picture := has_broken_format(control)) is not None:
            message = (
                f"The format {picture!r} of this date cannot be read; the date is written as usual in its language."
            )
            advice = "Choose another format in the properties of the control."
            self.findings.append(warning("control-format", message, advice, self._place(control), _snippet(control)))
        shown = self._token(control, f"{{{{ {expression_of(control, path)} }}}}")
        made = in_paragraph(control, [text_run(shown, formatting_of(control))])
        for name in _REMEMBERED:
            if control.definition is not None:
                control.definition.attrib.pop(name, None)
        if control.shows_prompt:
            self._replace(control, made)
        else:
            self._put_beside(control.content, kept_of(control), made, path, control)

    def _replace(self, control: Control, made: Iterable[Node]) -> None:
        """Put nodes in the place of what a control shows; marks without width stay around it."""
        content, kept = control.content, set(kept_of(control))
        marks = list(content.iter(*MARKS))
        for child in list(content):
            if child not in kept:
                take(child)
        content.extend(mark for mark in marks if mark.tag not in _ENDS)
        content.extend(made)
        content.extend(mark for mark in marks if mark.tag in _ENDS)
        _end_prompt(control)

    def _put_beside(self, content: Node, kept: list[Node], made: list[Node], path: str, control: Control) -> None:
        """Put nodes before what a control holds, which stays where the data has nothing for it."""
        own = [self._token(control, f"{{% if {path} is defined %}}"), *made, self._token(control, "{% else %}")]
        for offset, node in enumerate(own):
            content.insert(len(kept) + offset, node)
        content.append(self._token(control, "{% endif %}"))

    def _show_picture(self, control: Control, path: str) -> None:
        """Let the picture that stands for one to come be replaced; its alt text says so to what fills frames."""
        described = next(control.content.iter(_DOC_PR), None)
        if control.shows_prompt and described is not None:
            described.set("descr", f"{{{{ {path} }}}}")
            _end_prompt(control)

    # -- repeating sections

    def _repeat(self, control: Control, path: str, section: _Section | None) -> None:
        content = control.node.find(SDT_CONTENT)
        items = [child for child in content if child.tag == SDT and child.find(f"{PROPERTIES}/{ITEM}") is not None]
        if not items:
            self.fill(control.node, section)
            return
        first = items[0]
        opened = self._token(control, f"{{% for {ROUND} in {path} %}}")
        own = [] if _asks(content) or has_tags(content) or _is_large(content) else [deepcopy(item) for item in items]
        self.fill(first, _Section(control.name))
        first.addprevious(opened)
        first.addnext(self._token(control, "{% endfor %}"))
        for item in items[1:]:
            take(item)
        if own:
            opened.addprevious(self._token(control, f"{{% if {path} is defined %}}"))
            end = first.getnext()
            for node in reversed([self._token(control, "{% else %}"), *own, self._token(control, "{% endif %}")]):
                end.addnext(node)

    # -- tokens

    def _token(self, control: Control, tag: str) -> Node:
        token = Token(tag, self._place(control), _snippet(control))
        token.node = etree.PI("t", str(self._tokens.add(token)))
        return token.node

    def _in_attribute(self, control: Control, tag: str) -> str:
        return self._tokens.in_attribute(Token(tag, self._place(control), _snippet(control), ATTRIBUTE))

    def _place(self, control: Control) -> Location:
        around = ancestor(control.node, P)
        return self._places.of(around if around is not None else next(control.node.iter(P), control.node))


def _asks(content: Node) -> bool:
    """Tell whether a control in a repeating section waits for a value."""
    return any(child.find(f"{PROPERTIES}/{PROMPT}") is not None for child in content.iter(SDT))


def _is_large(content: Node) -> bool:
    """Tell whether a section holds more than anybody writes to be shown where there is no data: it is not copied."""
    return next(islice(content.iter(), _MOST_OF_ITS_OWN, None), None) is not None


def _end_prompt(control: Control) -> None:
    prompt = control.properties.find(PROMPT)
    if prompt is not None:
        take(prompt)


def _snippet(control: Control) -> str:
    return f"control {control.name}"
