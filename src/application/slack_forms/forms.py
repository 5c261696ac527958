"""Forms: views in pages, what is filled in, and what their buttons do.

A form follows from the schema and the data so far: the same two give the same pages. Data in the making is kept in a
draft; a view names that draft and nothing else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from application.slack_forms.absent import ABSENT, FILE, marked
from application.slack_forms.checks import problem_of
from application.slack_forms.elements import ACTION, block_id_of, option
from application.slack_forms.layout import parts_of
from application.slack_forms.limits import SELECT_OPTIONS
from application.slack_forms.paging import Page, pages_of, view_of
from application.slack_forms.parts import Adder, Field, Heading, Part, Verb, key_of
from application.slack_forms.person import Person
from application.slack_forms.places import at, put
from application.slack_forms.reading import read_state
from application.slack_forms.started import blank_row
from application.slack_forms.texts import Block
from application.slack_forms.typed import UnfitError, text_of_choice
from application.slack_forms.widgets import Widget
from domain.row_path import RowPath
from domain.schema import JsonObject, resolve


@dataclass(frozen=True, slots=True)
class Filled:
    """The data after a page was filled in; `errors` are sentences by block id, and what they speak of is not in it."""

    data: JsonObject
    errors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Form:
    """A form for a template's data: `revision` changes when rows move, so that Slack keeps nothing that was typed.

    `closing` are blocks of the last page that are not about the data, such as where the document goes.
    """

    schema: JsonObject
    data: JsonObject
    person: Person = field(default_factory=Person)
    revision: int = 0
    title: str = "DocGen"
    closing: Sequence[Block] = ()

    def pages(self) -> list[Page]:
        """List the pages; there is always one."""
        return self._pages

    @cached_property
    def _pages(self) -> list[Page]:
        return pages_of(self._parts(), self.person, self.revision, len(self.closing))

    def view(self, page: int, draft_id: str, note: str = "") -> Block:
        """Return a page (from 0; the last one for any number above) as a view of Block Kit. `note` stands on top."""
        pages = self.pages()
        page = min(max(page, 0), len(pages) - 1)
        return view_of(pages, page, self.person, self.title, draft_id, self.closing, note)

    def fill(self, page: int, values: Mapping[str, Any]) -> Filled:
        """Take what is filled in on a page (`view.state.values`) into the data.

        What does not fit is left out of the data and told under its block.
        """
        data, errors = self.data, dict[str, str]()
        for each in self._fields(page):
            block_id = block_id_of(each, self.revision)
            try:
                value = self._read(each, values.get(block_id, {}).get(ACTION))
            except UnfitError as unfit:
                errors[block_id] = str(unfit)
                data = put(data, each.path, ABSENT)
                continue
            if each.widget is not Widget.TABLE or marked(value, FILE):
                data = put(data, each.path, value)
            else:
                value = at(data, each.path)
            if problem := problem_of(each, value, self.person):
                errors[block_id] = problem
        return Filled(data, errors)

    def faults(self) -> dict[int, dict[str, str]]:
        """Check the data as a whole; return sentences by page and block id."""
        found: dict[int, dict[str, str]] = {}
        for number, page in enumerate(self.pages()):
            for part in page.parts:
                if isinstance(part, Field) and (problem := problem_of(part, part.value, self.person)):
                    found.setdefault(number, {})[block_id_of(part, self.revision)] = problem
        return found

    def press(self, verb: str, key: str) -> "Form":
        """Return the form after one of its buttons: a row or an optional group comes or goes.

        A button of a form that has changed meanwhile does nothing.
        """
        for part in self._parts():
            if key_of(part.path) != key:
                continue
            if isinstance(part, Adder) and verb == Verb.ADD:
                return self._with(put(self.data, part.path, [*self._rows(part.path), self._blank(part.path)]))
            if isinstance(part, Heading) and part.verb == verb:
                if verb == Verb.ADD:
                    return self._with(put(self.data, part.path, self._blank(part.path)))
                return self._with(self._without(part.path), self.revision + 1)
        return self

    def options(self, block_id: str, query: str) -> list[Block]:
        """List the choices of a menu that hold what a person has typed, for a `block_suggestion`."""
        for each in self._parts():
            if isinstance(each, Field) and block_id_of(each, self.revision) == block_id:
                choices = (each.item or {}).get("enum") or each.schema.get("enum") or []
                wanted = query.casefold().strip()
                fit = [
                    index
                    for index, choice in enumerate(choices)
                    if wanted in text_of_choice(choice, self.person).casefold()
                ]
                return [option(index, choices, self.person) for index in fit[:SELECT_OPTIONS]]
        return []

    def page_of(self, block_id: str) -> int:
        """Return the page that a block is on, the first one for a block that is nowhere."""
        for number, page in enumerate(self.pages()):
            if any(isinstance(part, Field) and block_id_of(part, self.revision) == block_id for part in page.parts):
                return number
        return 0

    def _parts(self) -> list[Part]:
        return parts_of(self.schema, self.data, self.person)

    def _fields(self, page: int) -> list[Field]:
        pages = self.pages()
        parts = pages[page].parts if 0 <= page < len(pages) else ()
        return [part for part in parts if isinstance(part, Field)]

    def _read(self, each: Field, state: Mapping[str, Any] | None) -> Any:
        if state is None:  # of what nobody has touched Slack may say nothing
            return False if each.widget is Widget.CHECKBOX and each.value is ABSENT else each.value
        return read_state(each, state, self.person)

    def _rows(self, path: RowPath) -> list[Any]:
        rows = at(self.data, path)
        return rows if isinstance(rows, list) else []

    def _without(self, path: RowPath) -> JsonObject:
        schema = self._schema_at(path)
        is_list = isinstance(path[-1], str) and schema.get("type") == "array"
        changed: JsonObject = put(self.data, path, [] if is_list else ABSENT)
        return changed

    def _blank(self, path: RowPath) -> JsonObject:
        schema = self._schema_at(path)
        return blank_row(self.schema, schema.get("items", {}) if schema.get("type") == "array" else schema)

    def _schema_at(self, path: RowPath) -> JsonObject:
        node = self.schema
        for step in path:
            node = resolve(self.schema, node)
            node = node.get("items", {}) if isinstance(step, int) else node.get("properties", {}).get(step, {})
        return resolve(self.schema, node)

    def _with(self, data: JsonObject, revision: int | None = None) -> "Form":
        return Form(
            self.schema,
            data,
            self.person,
            self.revision if revision is None else revision,
            self.title,
            self.closing,
        )
