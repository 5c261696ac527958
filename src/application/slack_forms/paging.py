"""From the parts of a form to pages that are legal views of Block Kit."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from application.slack_forms.blocks import button
from application.slack_forms.elements import block_id_of, input_block
from application.slack_forms.limits import (
    SECTION_TEXT,
    VIEW_BLOCKS,
    VIEW_BUTTON,
    VIEW_BYTES,
    VIEW_TITLE,
)
from application.slack_forms.parts import Adder, Field, Heading, Part, Verb, key_of
from application.slack_forms.person import Person
from application.slack_forms.texts import Block, escaped, mrkdwn, one_line, plain

CALLBACK: Final = "docgen_form"
# Before the action and the key of a button.
BACK: Final = "form:back"
PRESS: Final = "form:press"
# The page's number with "Back", a note, and the heading that goes on.
_ON_TOP: Final = 4
_LABEL: Final = 200


@dataclass(frozen=True, slots=True)
class Page:
    """Parts that stand on one page, with their blocks; `trail` are the headings that go on from the page before."""

    parts: tuple[Part, ...]
    blocks: tuple[Block, ...]
    trail: tuple[str, ...]


def pages_of(parts: Sequence[Part], person: Person, revision: int, closing: int) -> list[Page]:
    """Divide a form into pages of as many blocks, and as many bytes, as a view may have."""
    pages: list[Page] = []
    kept, blocks, size = list[Part](), list[Block](), 0
    most = VIEW_BLOCKS - _ON_TOP - closing
    for part in parts:
        block = _block(part, person, revision)
        weight = len(json.dumps(block))
        # The other half of what a view may weigh is for what is around.
        if kept and (len(blocks) >= most or size + weight > VIEW_BYTES // 2):
            pages.append(_page(kept, blocks))
            kept, blocks, size = [], [], 0
        kept.append(part)
        blocks.append(block)
        size += weight
    return [*pages, _page(kept, blocks)]


def _page(parts: list[Part], blocks: list[Block]) -> Page:
    return Page(tuple(parts), tuple(blocks), parts[0].trail if parts else ())


def view_of(
    pages: Sequence[Page],
    number: int,
    person: Person,
    title: str,
    draft_id: str,
    closing: Sequence[Block],
    note: str,
) -> Block:
    """Return a page as a modal view."""
    page, last = pages[number], number == len(pages) - 1
    blocks = [*_top(pages, number, person, note), *page.blocks]
    if not blocks and not closing:
        blocks.append({"type": "section", "text": plain(person.say("nothing"), SECTION_TEXT)})
    return {
        "type": "modal",
        "callback_id": f"{CALLBACK}:{number}",
        "private_metadata": draft_id,
        "title": plain(one_line(title) or "DocGen", VIEW_TITLE),
        "submit": plain(person.say("create" if last else "next"), VIEW_BUTTON),
        "close": plain(person.say("cancel"), VIEW_BUTTON),
        "blocks": [*blocks, *(closing if last else ())],
    }


def page_number(callback_id: str) -> int:
    """Return which page (from 0) a view is, by its callback id."""
    number = callback_id.rpartition(":")[2]
    return int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 0  # noqa: PLR2004  # digits


def _top(pages: Sequence[Page], number: int, person: Person, note: str) -> list[Block]:
    blocks: list[Block] = []
    if note:
        blocks.append({"type": "section", "text": plain(f"⚠ {note}", SECTION_TEXT)})
    if len(pages) > 1:
        text = plain(person.say("page", page=number + 1, pages=len(pages)), SECTION_TEXT)
        blocks.append({"type": "section", "text": text})
        if number:
            blocks[-1]["accessory"] = button(BACK, str(number), person.say("back"))
    if number and (trail := pages[number].trail):
        heading = person.say("continued", heading=" / ".join(trail))
        blocks.append({"type": "context", "elements": [plain(heading, _LABEL)]})
    return blocks


def _block(part: Part, person: Person, revision: int) -> Block:
    if isinstance(part, Field):
        return input_block(part, block_id_of(part, revision), person)
    return _heading(part, person) if isinstance(part, Heading) else _adder(part, person)


def _heading(part: Heading, person: Person) -> Block:
    name = part.text if part.row is None else person.say("row", list=part.text, number=part.row)
    text = f"*{escaped(one_line(name))}*"
    below = [one_line(part.description)] if part.description else []
    if part.note:
        below.append(person.say(part.note, count=part.count, name=part.file))
    block: Block = {
        "type": "section",
        "block_id": f"h{'r' if part.row else ''}:{key_of(part.path)}",
        "text": mrkdwn("\n".join([text, *map(escaped, below)]), SECTION_TEXT),
    }
    if part.verb is not None:
        label = "remove-all" if part.note in ("rows-hidden", "rows-file") else part.verb.value
        block["accessory"] = button(f"{PRESS}:{part.verb}", key_of(part.path), person.say(label))
    return block


def _adder(part: Adder, person: Person) -> Block:
    block_id = f"a:{key_of(part.path)}"
    if part.full:
        return {"type": "context", "block_id": block_id, "elements": [plain(person.say("rows-full"), _LABEL)]}
    add = button(f"{PRESS}:{Verb.ADD}", key_of(part.path), person.say("add-row"))
    return {"type": "actions", "block_id": block_id, "elements": [add]}
