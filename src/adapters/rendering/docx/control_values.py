"""What a control shows: its value as runs with tokens, by the control's kind."""

from collections.abc import Callable
from copy import deepcopy
from typing import Final

from lxml import etree

from adapters.rendering.docx.controls import VALUE, Control, Kind
from adapters.rendering.docx.merge_values import literal
from adapters.rendering.docx.tree import RPR, TCPR, W14, XML_SPACE, Node, P, R, T, take, w
from adapters.rendering.language.word_filters import check_arguments, is_locale

# Makes a token of a tag: in the tree, or (True) in an attribute.
TokenNode = Callable[[str], Node]
TokenText = Callable[[str], str]

_STYLE, _FONTS = w("rStyle"), w("rFonts")
_W14: Final = f"{{{W14}}}"
_CHECKED: Final = f"{_W14}checked"
# The boxes that Word draws where a control does not say which (MS-DOCX, 2.6.1.8 and 2.6.1.19).
_BOXES: Final = {"checkedState": "2612", "uncheckedState": "2610"}
_FONT: Final = "MS Gothic"
# Fonts that hold signs at the places of letters; Word writes those as w:sym.
_SYMBOL_FONTS: Final = ("Wingdings", "Wingdings 2", "Wingdings 3", "Symbol", "Webdings")
_FONT_PLACES: Final = ("ascii", "hAnsi", "eastAsia", "cs")


def has_broken_format(control: Control) -> str | None:
    """Return the format of a date that cannot be read, None where there is none."""
    picture = _date_format(control)
    return picture if picture and check_arguments("word_date", {"picture": picture}) is not None else None


def expression_of(control: Control, path: str) -> str:
    """Return what a control shows of a value, as the template language writes it."""
    if control.kind is Kind.DATE:
        return f"{path} | {_date_filter(control)}"
    if control.kind in (Kind.LIST, Kind.COMBO):
        values, texts = _choices(control)
        if values:
            free = ", free=true" if control.kind is Kind.COMBO else ""
            lists = ", ".join(f"[{', '.join(map(literal, each))}]" for each in (values, texts))
            return f"{path} | word_choice({lists}{free})"
    return path


def _date_format(control: Control) -> str:
    found = None if control.definition is None else control.definition.find(w("dateFormat"))
    return "" if found is None else found.get(VALUE) or ""


def _date_filter(control: Control) -> str:
    picture = _date_format(control)
    language = None if control.definition is None else control.definition.find(w("lid"))
    locale = "" if language is None else language.get(VALUE) or ""
    locale = locale if locale and is_locale(locale) else ""
    if not picture or has_broken_format(control):
        return f"date(locale={literal(locale)})" if locale else "date"
    return f"word_date({literal(picture)}, locale={literal(locale)})" if locale else f"word_date({literal(picture)})"


def _choices(control: Control) -> tuple[list[str], list[str]]:
    """Return the values of a list and what it shows for them; its prompt is none of them."""
    prompt = _text_of(control.content) if control.shows_prompt else None
    items = () if control.definition is None else control.definition.iter(w("listItem"))
    pairs = [(item.get(w("value")) or "", item.get(w("displayText")) or "") for item in items]
    shown = {value or text: text or value for value, text in pairs if value or text}
    kept = {value: text for value, text in shown.items() if text != prompt}
    return list(kept), list(kept.values())


def _text_of(content: Node) -> str:
    return "".join(text.text or "" for text in content.iter(T)).strip()


def formatting_of(control: Control) -> Node | None:
    """Return the properties of a value's runs: those of its contents, or what an empty control keeps for them."""
    shown = next((run for run in control.content.iter(R) if next(run.iter(T), None) is not None), None)
    own = None if shown is None or control.shows_prompt else shown.find(RPR)
    return own if own is not None else control.properties.find(RPR)


def text_run(content: Node | str, properties: Node | None) -> Node:
    """Make a run that holds a token or a text."""
    run = etree.Element(R)
    if properties is not None:
        run.append(deepcopy(properties))
    text = etree.SubElement(run, T, {XML_SPACE: "preserve"})
    if isinstance(content, str):
        text.text = content
    else:
        text.append(content)
    return run


def checkbox_nodes(control: Control, path: str, node: TokenNode, in_attribute: TokenText) -> list[Node]:
    """Make the two boxes of a checkbox and the tags that choose; its setting follows as well.

    A box that is ticked in the template stays so where the data says nothing.
    """
    assert control.definition is not None  # noqa: S101  # a checkbox is known by it
    checked = control.definition.find(_CHECKED)
    if checked is None:
        checked = etree.Element(_CHECKED)
        control.definition.insert(0, checked)
    is_ticked = checked.get(_W14 + "val", "0").lower() in ("1", "true", "on")
    condition = f"{path} is undefined or {path}" if is_ticked else path
    checked.set(_W14 + "val", in_attribute(f"{{{{ 1 if {condition} else 0 }}}}"))
    properties = formatting_of(control)
    ticked, empty = (_box(control.definition, state, properties) for state in _BOXES)
    return [node(f"{{% if {condition} %}}"), ticked, node("{% else %}"), empty, node("{% endif %}")]


def _box(definition: Node, state: str, properties: Node | None) -> Node:
    found = definition.find(_W14 + state)
    code = (None if found is None else found.get(_W14 + "val")) or _BOXES[state]
    font = (None if found is None else found.get(_W14 + "font")) or _FONT
    try:
        sign = chr(int(code, 16))
    except (ValueError, OverflowError):
        sign = chr(int(_BOXES[state], 16))
    run = text_run(sign, properties)
    if font in _SYMBOL_FONTS:
        run.remove(run[-1])
        etree.SubElement(run, w("sym"), {w("font"): font, w("char"): f"F0{ord(sign) & 0xFF:02X}"})
    else:
        _set_font(run, font)
    return run


def _set_font(run: Node, font: str) -> None:
    properties = run.find(RPR)
    if properties is None:
        properties = etree.Element(RPR)
        run.insert(0, properties)
    fonts = properties.find(_FONTS)
    if fonts is None:
        fonts = etree.Element(_FONTS)
        properties.insert(1 if len(properties) and properties[0].tag == _STYLE else 0, fonts)
    fonts.attrib.clear()
    for place in _FONT_PLACES:
        fonts.set(w(place), font)


def in_paragraph(control: Control, nodes: list[Node]) -> list[Node]:
    """Put nodes into a paragraph like the first one of the control, where it consists of paragraphs."""
    if control.level == R:
        return nodes
    paragraph = etree.Element(P)
    first = next(control.content.iter(P), None)
    properties = None if first is None else first.find(w("pPr"))
    if properties is not None:
        paragraph.append(deepcopy(properties))
        for style in list(paragraph[0].iterfind(f"{RPR}/{_STYLE}")):
            take(style)
    paragraph.extend(nodes)
    return [paragraph]


def kept_of(control: Control) -> list[Node]:
    """Return what stays in the place of a control whatever it shows: the properties of its cell."""
    return list(control.content.iterchildren(TCPR))
