"""Finishing a rendered part: carrying out the operations at its marks, in the order of the text.

One object serves all parts of one document, so that numbers and names are unique in the whole of it.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Final

from adapters.rendering.docx.columns import Table
from adapters.rendering.docx.frames import Frame
from adapters.rendering.docx.identities import Identities, Taken
from adapters.rendering.docx.marks import MARK, REVISION, Operation
from adapters.rendering.docx.markup_lists import MarkupLists
from adapters.rendering.docx.markup_places import MarkupPlaces
from adapters.rendering.docx.new_links import NewLinks
from adapters.rendering.docx.pictures import Album, Placing
from adapters.rendering.docx.style_sheet import StyleSheet
from adapters.rendering.language.markup import Markups
from adapters.rendering.language.pictures import Pictures
from adapters.rendering.language.subdocuments import Subdocuments

if TYPE_CHECKING:
    from adapters.rendering.docx.piece_places import PiecePlaces

# Pieces of output that are joined and split at a time.
_GROUP: Final = 2_000
_HYPERLINK: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"
# Marks without width that may follow the last paragraph of a cell, the last cell of a row …
_NO_WIDTH: Final = re.compile(
    r"(?:<(?:[\w.-]+:)?(?:bookmark|perm|commentRange|moveFromRange|moveToRange|customXml\w+Range)(?:Start|End)\b[^<>]*/>|\s)+\Z"
)
_TAIL_CHARACTERS: Final = 300


@dataclass(slots=True)
class Finish:
    """The state of finishing one document: `taken` is what the template itself uses, `sheet` what it offers to blocks.

    `placing` says where images can go, `pictures` are those among the values. `lists` collects which lists have to be
    added, by their number and level in the template, with None for those of `markup`; `album` is there once an image
    was met.
    """

    taken: Taken
    placing: Placing
    sheet: StyleSheet
    pictures: Pictures | None = None
    album: Album | None = None
    # The formatted texts of the document, once a part with one was met.
    markup: MarkupPlaces | None = None
    # The documents within it, once a part with one was met.
    pieces: "PiecePlaces | None" = None
    links: NewLinks | None = None
    lists: list[tuple[str, int] | None] = field(default_factory=list)
    _begun: dict[int, str] = field(default_factory=dict)
    _notes: dict[str, list[str]] = field(default_factory=dict)
    _identities: Identities = field(init=False)
    # For each part: the targets of its links, with the numbers of their relationships.
    _links: dict[str, dict[str, str]] = field(default_factory=dict)
    _frame: Frame = field(default_factory=Frame)
    _printed: set[Operation] = field(default_factory=set)
    # Of the part that is being finished: what is done, where elements began, and which of them came out empty.
    _out: list[str] = field(default_factory=list)
    _starts: list[int] = field(default_factory=list)
    _empty: list[bool] = field(default_factory=list)
    _tables: list[Table] = field(default_factory=list)
    _expand: Callable[[str], str] = str

    def __post_init__(self) -> None:
        """Begin with the numbers and names of the template."""
        self._identities = Identities(self.taken)

    def apply(
        self, operations: Sequence[Operation], pieces: Sequence[str], expand: Callable[[str], str] = str
    ) -> list[str]:
        """Return a part's output with its operations carried out; `expand` puts stretches where their names stand."""
        self._out = out = []
        self._expand = expand
        carry_out = self._operations
        # What an element ends with can lie in an earlier group: only finished text is handed out, at the end.
        for start in range(0, len(pieces), _GROUP):
            texts = "".join(pieces[start : start + _GROUP]).split(MARK)
            out.append(texts[0])
            for index in range(1, len(texts), 2):
                operation = operations[int(texts[index])]
                carry_out[operation[0]](self, operation)
                if texts[index + 1]:
                    out.append(texts[index + 1])
        return out

    def new_list(self) -> str:
        """Return the number of a list that whoever asks adds."""
        self.lists.append(None)
        return str(self.sheet.first_list + len(self.lists) - 1)

    def new_markup(self, markups: Markups, locale: str) -> MarkupPlaces:
        """Return what puts the formatted texts of this document in place, now that one was met."""
        if self.markup is None:
            lists = MarkupLists(self.sheet, self.new_list)
            self.markup = MarkupPlaces(self.sheet, markups, lists, self.placing.room, locale)
        return self.markup

    def new_pieces(self, documents: Subdocuments) -> "PiecePlaces":
        """Return what puts the documents within this one in place, now that one was met."""
        if self.pieces is None:
            from adapters.rendering.docx.piece_places import PiecePlaces  # noqa: PLC0415  # only where there are some

            self.pieces = PiecePlaces(documents)
        return self.pieces

    def new_links(self) -> NewLinks:
        """Return what keeps the links of formatted texts, now that one was met."""
        if self.links is None:
            self.links = NewLinks(f"{self.placing.relationship}Link")
        return self.links

    def new_album(self) -> Album:
        """Return what keeps the images of this document, now that one was met."""
        if self.album is None:
            assert self.pictures is not None  # noqa: S101  # no image can be met before
            self.album = Album(self.placing, self.pictures, self.next_number)
        return self.album

    # -- numbers and names

    def next_number(self) -> str:
        """Return a number that nothing in the document has yet."""
        return self._identities.next_number()

    def _put_number(self, _operation: Operation) -> None:
        self._out.append(self._identities.next_number())

    def _start_range(self, operation: Operation) -> None:
        self._out.append(self._identities.start_range(operation[1]))

    def _end_range(self, operation: Operation) -> None:
        self._out.append(self._identities.end_range(operation[1]))

    def _put_name(self, operation: Operation) -> None:
        _, key, name = operation
        self._out.append(self._identities.name(key, name))

    def _begin_round(self, operation: Operation) -> None:
        self._identities.begin_round(operation[1])

    def _put_once(self, operation: Operation) -> None:
        if operation not in self._printed:
            self._printed.add(operation)
            self._out.append(operation[1])

    def _begin_list(self, operation: Operation) -> None:
        self._begun[operation[1]] = str(self.sheet.first_list + len(self.lists))
        self.lists.append(operation[2])

    def _put_list(self, operation: Operation) -> None:
        number: str = operation[2]
        self._out.append(self._begun.get(operation[1], number))

    def _take_note(self, operation: Operation) -> None:
        """Take a note out of the text that it was made with, for the part of its kind."""
        start = self._starts.pop()
        self._notes.setdefault(operation[1], []).append(self._expand("".join(self._out[start:])))
        del self._out[start:]

    def _put_notes(self, operation: Operation) -> None:
        self._out += self._notes.pop(operation[1], [])

    # -- images in the frames of the template's own pictures

    def _begin_frame(self, operation: Operation) -> None:
        """Take what was just printed for the frame of a picture."""
        _, part, *size = operation
        start = self._starts.pop()
        self._frame = Frame.of("".join(self._out[start:]), part, (size[0], size[1]), self.new_album)
        del self._out[start:]

    def _put_framed(self, operation: Operation) -> None:
        self._out.append(self._frame.value(operation))

    def _drop_replaced(self, _operation: Operation) -> None:
        start = self._starts.pop()
        if self._frame.embed:
            del self._out[start:]

    def _end_frame(self, _operation: Operation) -> None:
        start = self._starts.pop()
        if self._frame.is_gone:
            del self._out[start:]

    # -- hyperlinks

    def _put_link(self, operation: Operation) -> None:
        """Take the target that was just put out, and refer to a relationship for it instead."""
        _, part, number, others = operation
        start = self._starts.pop()
        target = "".join(self._out[start:])
        del self._out[start:]
        made = self._links.setdefault(part, {})
        if target not in made:
            made[target] = number if operation not in self._printed else f"{others}{len(made)}"
            self._printed.add(operation)
        self._out.append(made[target])

    def _put_links(self, operation: Operation) -> None:
        """Put out the relationships that the part's links refer to."""
        self._out += (
            f'<Relationship Id="{number}" Type="{_HYPERLINK}" Target="{target}" TargetMode="External"/>'
            for target, number in self._links.get(operation[1], {}).items()
        )

    # -- elements that may come out empty

    def _open(self, _operation: Operation) -> None:
        self._starts.append(len(self._out))

    def _put_default(self, operation: Operation) -> None:
        if not any(self._out[self._starts.pop() :]):
            self._out.append(operation[1])

    def _fill(self, operation: Operation) -> None:
        """Put the filler where an element came out empty, or does not end as it has to."""
        _, filler, endings = operation
        start = self._starts.pop()
        if not self._ends(endings, start):
            self._out.append(filler)

    def _check(self, operation: Operation) -> None:
        self._empty.append(not self._ends(operation[1], self._starts[-1]))

    def _note_print(self, _operation: Operation) -> None:
        """Take note of whether a tag has printed anything: its paragraph goes with it where it has not."""
        self._empty.append(not self._ends((), self._starts.pop()))

    def _close(self, _operation: Operation) -> None:
        start = self._starts.pop()
        if self._empty.pop():
            del self._out[start:]
            for table in self._tables:
                table.forget(start)

    # -- tables of which the columns are counted; a macro may print rows and cells of one table in another

    def _own_table(self, operation: Operation) -> Table | None:
        table = self._tables[-1] if self._tables else None
        return table if table is not None and table.key == operation[1] else None

    def _begin_table(self, operation: Operation) -> None:
        self._tables.append(Table(*operation[1:]))

    def _end_table(self, _operation: Operation) -> None:
        for index, text in self._tables.pop().settle():
            self._out[index] = text

    def _put_grid(self, operation: Operation) -> None:
        self._tables[-1].note_grid(len(self._out), operation[1])
        self._out.append("")

    def _begin_row(self, operation: Operation) -> None:
        if self._tables:
            self._tables[-1].begin_row(*operation[2:])

    def _begin_cell(self, operation: Operation) -> None:
        if self._own_table(operation) is not None:
            self._tables[-1].begin_cell(*operation[2:])
        elif self._tables:
            self._tables[-1].begin_cell(-1, 0, operation[4] - operation[3], ())

    def _put_width(self, operation: Operation) -> None:
        table = self._own_table(operation)
        if table is not None:
            table.note_width(len(self._out), operation[2])
        self._out.append("" if table is not None else operation[3])

    def _put_indent(self, operation: Operation) -> None:
        table = self._own_table(operation)
        if table is not None:
            table.note_indent(len(self._out), operation[2])
        self._out.append("" if table is not None else operation[3])

    def _put_covering(self, operation: Operation) -> None:
        table = self._own_table(operation)
        if table is not None:
            table.note_span(len(self._out))
        self._out.append("" if table is not None else operation[2])

    def _read_span(self, _operation: Operation) -> None:
        value = "".join(self._out[self._starts.pop() :])
        if not value:
            self._out.append("1")
        if self._tables:
            self._tables[-1].widen_cell(int(value or "1"))

    def _ends(self, endings: tuple[str, ...], start: int) -> bool:
        """Tell whether what was put out since `start` ends in one of these ways; () is for anything at all."""
        out = self._out
        if endings and len(out) > start and out[-1].endswith(endings):
            return True
        tail = ""
        for index in range(len(out) - 1, start - 1, -1):
            tail = self._expand(out[index])[-_TAIL_CHARACTERS:] + tail
            seen = _NO_WIDTH.sub("", tail)
            if seen and len(seen) > _TAIL_CHARACTERS // 2:
                break
        seen = _NO_WIDTH.sub("", tail)
        return seen.endswith(endings) if endings else bool(seen)

    _operations: ClassVar[dict[str, Callable[["Finish", Operation], None]]] = {
        "number": _put_number,
        REVISION: _put_number,
        "start": _start_range,
        "end": _end_range,
        "name": _put_name,
        "round": _begin_round,
        "once": _put_once,
        "restart": _begin_list,
        "list": _put_list,
        "note": _take_note,
        "notes": _put_notes,
        "open": _open,
        "default": _put_default,
        "fill": _fill,
        "check": _check,
        "print": _note_print,
        "close": _close,
        "table": _begin_table,
        "frame": _begin_frame,
        "framed": _put_framed,
        "replaced": _drop_replaced,
        "framing": _end_frame,
        "link": _put_link,
        "links": _put_links,
        "grid": _put_grid,
        "row": _begin_row,
        "indent": _put_indent,
        "cell": _begin_cell,
        "span": _read_span,
        "covering": _put_covering,
        "width": _put_width,
        "end-table": _end_table,
    }
