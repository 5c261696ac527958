"""What a template offers to Markdown and HTML: its styles by their names, and free numbers for lists.

Styles are found by the name that Word keeps in English in every language (w:name: ECMA-376 part 1, 17.7.4.9); their ids
differ from language to language.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from adapters.rendering.docx.numbering import Numbering
from adapters.rendering.docx.package import Package, related_part
from adapters.rendering.docx.tree import Node, w

HEADINGS: Final = tuple(f"heading {level}" for level in range(1, 7))
BULLETS: Final = ("list bullet", *(f"list bullet {level}" for level in range(2, 6)))
NUMBERS: Final = ("list number", *(f"list number {level}" for level in range(2, 6)))
LIST_PARAGRAPH: Final = "list paragraph"
QUOTES: Final = ("quote", "quotations", "block text", "intense quote")
CODES: Final = ("code", "source code", "html preformatted", "preformatted text", "macro text", "macro", "plain text")
CODE_SPANS: Final = ("code char", "inline code", "verbatim char", "source code char", "html code", "source text")
LINKS: Final = ("hyperlink", "internet link")
# Word's plain ones first: what else a template brings along has colours of its own.
TABLES: Final = (
    "table grid",
    "light grid",
    "light grid accent 1",
    "grid table light",
    "table grid light",
    "grid table 1 light",
)
_WANTED: Final = {
    "paragraph": frozenset((*HEADINGS, *BULLETS, *NUMBERS, LIST_PARAGRAPH, *QUOTES, *CODES)),
    "table": frozenset(TABLES),
}


@dataclass(frozen=True, slots=True)
class ListStyle:
    """A style that numbers its paragraphs: by which w:abstractNum, on which level, and their indents in twips."""

    style: str
    abstract: str
    level: int
    left: int
    hanging: int


@dataclass(frozen=True, slots=True)
class StyleSheet:
    """The styles that formatted texts may use, by kind and name in small letters; and where new lists can be added.

    Styles of characters are all there, by their ids too, and below the names of the paragraph styles that they are the
    other half of (w:link). `languages` are those that the document is in, if nothing says otherwise: of Latin and other
    letters, of East Asian ones, and of those from right to left.
    `numbering` is the part that holds the lists, '' where there is none; `first_list` and `first_abstract` are free.
    """

    main: str
    styles: dict[str, str]
    lists: dict[str, ListStyle]
    numbering: str
    first_list: int
    first_abstract: int
    languages: tuple[str, str, str]

    @classmethod
    def of_record(cls, record: Any) -> "StyleSheet":
        """Make one of its record."""
        main, styles, lists, *others = record
        return cls(main, styles, {name: ListStyle(*style) for name, style in lists.items()}, *others)

    def record(self) -> tuple[Any, ...]:
        """Return what makes the same one."""
        lists = {
            name: (each.style, each.abstract, each.level, each.left, each.hanging) for name, each in self.lists.items()
        }
        numbering = self.numbering, self.first_list, self.first_abstract
        return self.main, self.styles, lists, *numbering, self.languages

    def find(self, kind: str, names: Iterable[str]) -> str:
        """Return the id of the first of these styles that there is, '' where there is none."""
        return next((found for name in names if (found := self.styles.get(f"{kind} {name}"))), "")

    def of_characters(self, name: str) -> str:
        """Return the id of the character style that somebody calls so, '' where there is none."""
        return self.find("character", (name.lower(),)) or next(
            (found for kind in ("linked", "id") if (found := self.styles.get(f"{kind} {name.lower()}"))), ""
        )


def style_sheet_of(package: Package, numbering: Numbering) -> StyleSheet:
    """Read what the styles and the lists of a package offer."""
    styles: dict[str, str] = {}
    for style_id, style in numbering.styles().items():
        kind = style.get(w("type"), "paragraph")
        name = style_name(style)
        if kind == "character":
            styles.setdefault(f"id {style_id.lower()}", style_id)
        if kind == "character" or name in _WANTED.get(kind, ()):
            styles.setdefault(f"{kind} {name}", style_id)
        linked = style.find(w("link"))
        if kind == "paragraph" and linked is not None:
            styles.setdefault(f"linked {name}", linked.get(w("val"), ""))
    lists = {}
    for name in (*BULLETS, *NUMBERS):
        style_id = styles.get(f"paragraph {name}", "")
        place = numbering.place_of_style(style_id) if style_id else None
        if place is not None:
            left, hanging = numbering.indents_of(place)
            lists[name] = ListStyle(style_id, numbering.abstract_of(place.number), place.level, left, hanging)
    part = related_part(package, "numbering") or ""
    return StyleSheet(package.main, styles, lists, part, *numbering.free_numbers(), _languages(numbering))


def _languages(numbering: Numbering) -> tuple[str, str, str]:
    found = numbering.default_language()
    others, east_asian, turned = (
        "" if found is None else found.get(w(name), "") for name in ("val", "eastAsia", "bidi")
    )
    return others, east_asian, turned


def style_name(style: Node) -> str:
    """Return the name that a style is known by in every language, without its aliases, in small letters."""
    name = style.find(w("name"))
    return "" if name is None else name.get(w("val"), "").partition(",")[0].strip().lower()
