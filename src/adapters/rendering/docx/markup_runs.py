"""Writes the runs of formatted texts as WordprocessingML: they look like the place that they stand in, but for wishes.

(ECMA-376 part 1: runs 17.3.2, links 17.16.22.)
"""

from dataclasses import dataclass
from itertools import groupby
from typing import Final

from adapters.rendering.docx.languages import told
from adapters.rendering.docx.looks import changed_look
from adapters.rendering.docx.new_links import linked
from adapters.rendering.docx.style_sheet import CODE_SPANS, LINKS, StyleSheet
from adapters.rendering.docx.writers import announced, run_text_writer
from adapters.rendering.language.markup import Markup
from adapters.rendering.markup import Run

_MONOSPACED: Final = "Consolas"
_GREY: Final = "F2F2F2"
# The kinds of characters that Word keeps a font for.
_SCRIPTS: Final = ("ascii", "hAnsi", "cs", "eastAsia")

# Elements of run properties, by their names, with their attributes.
Look = dict[str, dict[str, str]]


@dataclass(frozen=True, slots=True)
class Base:
    """Where blocks stand: the start tag of the paragraph, its properties, and those of the run.

    `room` is the width between the margins or in the cell, in twips; in a link there are no links. `locale` says which
    language the texts are in. What is bare looks as it says itself, and nothing is added.
    """

    start: str
    paragraph: str = ""
    run: str = ""
    room: int = 9_000
    in_link: bool = False
    locale: str = ""
    is_bare: bool = False


@dataclass(frozen=True, slots=True)
class Missing:
    """The styles that a template lacks, each with the formatted text that asked for it first."""

    found: dict[str, Markup]

    def note(self, style: str, markup: Markup) -> None:
        """Take note of a style that is not there."""
        self.found.setdefault(style, markup)


class RunWriter:
    """Writes the runs of one value at one place."""

    def __init__(self, prefix: str, sheet: StyleSheet, missing: Missing, markup: Markup, base: Base) -> None:
        self._prefix = prefix
        self._sheet = sheet
        self._missing = missing
        self._markup = markup
        self._base = base
        self._text = run_text_writer(prefix)

    def write(self, runs: tuple[Run, ...], look: Look | None = None, *, own: bool = True) -> str:
        """Write runs; `own` ones look like the place that they stand in, but for this look."""
        out: list[str] = []
        for url, group in groupby(runs, key=lambda run: run.url):
            written = "".join(self._run(run, look or {}, own=own) for run in group)
            out.append(linked(written, url, self._prefix) if url and not self._base.in_link else written)
        return "".join(out)

    def _run(self, run: Run, look: Look, *, own: bool) -> str:
        w, base = self._prefix, self._base
        properties = changed_look(base.run if own and not base.is_bare else "", w, {**look, **self._look_of(run)})
        if run.image:
            return f"<{w}r>{properties}{announced(self._markup.picture(run.image, run.text))}</{w}r>"
        properties = told(properties, w, base.locale, run.text, self._sheet.languages)
        return f'<{w}r>{properties}<{w}t xml:space="preserve">{self._text(run.text)}</{w}t></{w}r>'

    def _look_of(self, run: Run) -> Look:
        look: Look = {}
        if run.url and not self._base.in_link and not self._base.is_bare:
            style = self._sheet.find("character", LINKS)
            look = {"rStyle": {"val": style}} if style else {"color": {"val": "0563C1"}, "u": {"val": "single"}}
        if run.code:
            style = self._sheet.find("character", CODE_SPANS)
            look |= {"rStyle": {"val": style}} if style else {**font(_MONOSPACED), "shd": shade()}
        if run.style:
            style = self._sheet.of_characters(run.style)
            if style:
                look["rStyle"] = {"val": style}
            elif self._base.is_bare:
                look["rStyle"] = {"val": run.style}  # as it is: it may be the id of a style that Word knows
            else:
                self._missing.note(run.style, self._markup)
        for name, is_on in (("b", run.bold), ("i", run.italic)):
            look |= {} if is_on is None else {name: _switch(is_on), f"{name}Cs": _switch(is_on)}
        if run.strike is not None:
            look["strike"] = _switch(run.strike)
        return look | _wishes(run)


def _wishes(run: Run) -> Look:
    """Return what a run wants for itself beside switches and styles."""
    look: Look = {}
    if run.underline:
        look["u"] = {"val": run.underline}
    if run.vertical:
        look["vertAlign"] = {"val": run.vertical}
    if run.color:
        look["color"] = {"val": run.color}
    if run.font:
        look["rFonts"] = dict.fromkeys(_SCRIPTS, run.font)
    if run.size:
        look |= size(run.size)
    if run.highlight.startswith("#"):
        look["shd"] = shade(run.highlight[1:])
    elif run.highlight:
        look["highlight"] = {"val": run.highlight}
    return look


def _switch(is_on: bool) -> dict[str, str]:  # noqa: FBT001  # the value itself
    return {} if is_on else {"val": "0"}


def size(half_points: int) -> Look:
    """Return the look of a size."""
    return {name: {"val": str(half_points)} for name in ("sz", "szCs")}


def font(name: str) -> Look:
    """Return the look of a font for all but East Asian characters."""
    return {"rFonts": dict.fromkeys(("ascii", "hAnsi", "cs"), name)}


def monospaced() -> Look:
    """Return the look of code."""
    return font(_MONOSPACED)


def shade(fill: str = _GREY) -> dict[str, str]:
    """Return the attributes of a shading."""
    return {"val": "clear", "color": "auto", "fill": fill}
