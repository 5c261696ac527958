"""What stands in the paragraphs of a random template."""

from functools import partial
from typing import Final, Protocol

from tests.word_files import p
from tests.word_grammar.choices import Choices
from tests.word_grammar.scopes import Piece, Scope, joined, random_block, words_in

_AROUND: Final = {
    "run": "{0}",
    "drawing": '{0}<w:r><w:drawing><wp:inline><wp:docPr id="{1}" name="d{1}" descr="Picture of {{{{ v }}}}"/>'
    "</wp:inline></w:drawing></w:r>",
    "inserted": '<w:ins w:id="{1}" w:author="a">{0}</w:ins>',
    "deleted": '<w:del w:id="{1}" w:author="a"><w:r><w:delText>w0. {{{{ old }}}}</w:delText></w:r></w:del>{0}',
    "moved": '<w:moveFrom w:id="7000{1}" w:author="a"><w:r><w:t>w0. {{{{ old }}}}</w:t></w:r></w:moveFrom>'
    '<w:moveTo w:id="{1}" w:author="a">{0}</w:moveTo>',
    "bookmark": '<w:bookmarkStart w:id="{1}" w:name="n{1}"/>{0}<w:bookmarkEnd w:id="{1}"/>'
    '<w:hyperlink w:anchor="n{1}"/>',
    "control": '<w:sdt><w:sdtPr><w:id w:val="{1}"/></w:sdtPr><w:sdtContent>{0}</w:sdtContent></w:sdt>',
    "smart tag": '<w:smartTag w:element="place">{0}</w:smartTag>',
    "field": '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> HYPERLINK \\l "n" </w:instrText></w:r>'
    '<w:r><w:fldChar w:fldCharType="separate"/></w:r>{0}<w:r><w:fldChar w:fldCharType="end"/></w:r>',
    "tab": "<w:r><w:tab/></w:r>{0}<w:r><w:br/></w:r>",
}
_IN_BODY: Final = ("note", "comment", "link")


class _Blocks(Protocol):
    def __call__(self, scope: Scope, depth: int) -> Piece: ...


class Inline:
    """Writes runs and what stands around them, and collects the parts that they refer to."""

    def __init__(self, choices: Choices) -> None:
        self._choices = choices
        self.notes: list[str] = []
        self.comments: list[str] = []
        self.links: dict[str, str] = {}
        self.in_body = True

    def word(self) -> Piece:
        """Write a word of the author's own."""
        text = f"w{self._choices.number()}."
        return Piece(text + " ", lambda _env: [text])

    def word_or_nothing(self) -> Piece:
        """Write a word now and then."""
        return self.word() if self._choices.seldom() else Piece("", lambda _env: [])

    def value(self, scope: Scope) -> Piece:
        """Write a tag that prints."""
        text, value = self._choices.pick(*scope.values)
        return Piece(self._choices.cut("{{ " + text + " }}") + " ", lambda env: words_in(str(value(env))))

    def tag(self, text: str) -> str:
        """Write a control tag as text."""
        return self._choices.cut("{% " + text + " %}")

    def text(self, scope: Scope) -> Piece:
        """Write a word or a value, or a block within one text."""
        kind = self._choices.pick("word", "value", "block")
        if kind == "word":
            return self.word()
        if kind == "value":
            return self.value(scope)
        block = random_block(self._choices, scope)
        branches = [self._choices.pick(self.word, partial(self.value, inner))() for inner in block.scopes]
        return block.around(branches, self.tag)

    def inline(self, scope: Scope, blocks: _Blocks | None = None) -> Piece:
        """Write what stands in a paragraph; `blocks` writes what a text box holds, without it there is none."""
        kind = self._choices.pick(*_AROUND, "block", *_IN_BODY, *(["box"] if blocks else []))
        number = self._choices.number()
        if kind == "box" and blocks is not None:
            return _box(blocks(scope, 0), number)
        if kind == "block":
            block = random_block(self._choices, scope)
            branches = [joined(*self._choices.several(partial(self.inline, inner), 2)) for inner in block.scopes]
            return block.around(branches, lambda tag: self._choices.runs(self.tag(tag)))
        text = self.text(scope)
        run = self._choices.runs(text.xml)
        if kind in _IN_BODY:
            return (
                self._referring(kind, scope, Piece(run, text.words), number) if self.in_body else Piece(run, text.words)
            )
        return Piece(_AROUND[kind].format(run, number), text.words)

    def _referring(self, kind: str, scope: Scope, run: Piece, number: int) -> Piece:
        """Write a run with what refers to another part."""
        if kind == "link":
            value, _ = self._choices.pick(*scope.values)
            self.links[f"rIdLink{number}"] = "https://example.com/{{ " + value + " }}"
            return Piece(f'<w:hyperlink r:id="rIdLink{number}">{run.xml}</w:hyperlink>', run.words)
        if kind == "comment":
            remark = p(self._choices.runs(self.word().xml))
            self.comments.append(f'<w:comment w:id="{number}" w:author="a">{remark}</w:comment>')
            xml = (
                f'<w:commentRangeStart w:id="{number}"/>{run.xml}<w:commentRangeEnd w:id="{number}"/>'
                f'<w:r><w:commentReference w:id="{number}"/></w:r>'
            )
            return Piece(xml, run.words)
        said = self.text(scope)
        self.notes.append(f'<w:footnote w:id="{number}">{p(self._choices.runs(said.xml))}</w:footnote>')
        reference = f'<w:r><w:footnoteReference w:id="{number}"/></w:r>'
        # The words of notes are told from those of the text by a sign.
        return Piece(run.xml + reference, lambda env: [*run.words(env), *("^" + word for word in said.words(env))])


def _box(inner: Piece, number: int) -> Piece:
    """Write a text box in both of its copies."""
    content = f"<w:txbxContent>{inner.xml}</w:txbxContent>"
    xml = (
        f'<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:inline><wp:docPr id="{number}" '
        f'name="b{number}"/>{content}</wp:inline></w:drawing></mc:Choice><mc:Fallback><w:pict>'
        f'<v:shape xmlns:v="urn:schemas-microsoft-com:vml" id="s{number}"><v:textbox>{content}</v:textbox></v:shape>'
        "</w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )
    return Piece(xml, inner.words)
