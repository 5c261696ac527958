"""The contract of `TemplateRenderer`."""

import asyncio
import hashlib
import json
from abc import ABC, abstractmethod
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from application.ports.template_renderer import TemplateRenderer, TemplateSource
from domain.diagnostics import Part, Severity
from domain.errors import (
    AssetsNeededError,
    DataInvalidError,
    DiagnosedError,
    LimitExceededError,
    RenderFailedError,
    ServiceUnavailableError,
    TemplateInvalidError,
    UnsupportedOutputError,
)
from domain.formats import OutputFormat, TemplateFormat, outputs_of
from domain.render_request import MissingPolicy, RenderOptions
from tests.image_files import data_address, image_file
from tests.word_files import lines_of, p, word_file

NOW = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)


@dataclass
class CountingSource:
    """A template's file that counts how often it was loaded."""

    content: bytes
    format: TemplateFormat = TemplateFormat.TEXT
    loaded: int = field(default=0, init=False)

    async def load(self) -> bytes:
        self.loaded += 1
        await asyncio.sleep(0)
        return self.content

    @property
    def source(self) -> TemplateSource:
        return TemplateSource(self.format, hashlib.sha256(self.content).hexdigest(), self.load)


def source_of(text: str | bytes, template_format: TemplateFormat = TemplateFormat.TEXT) -> TemplateSource:
    """Make a source of a template's text."""
    return CountingSource(text.encode() if isinstance(text, str) else text, template_format).source


def options(output: OutputFormat = OutputFormat.TEXT, **fields: Any) -> RenderOptions:
    """Make options with an aware time."""
    return RenderOptions(**{"output": output, "locale": "en-US", "timezone": "UTC", "now": NOW, **fields})


def data_of(**values: Any) -> bytes:
    """Write values as JSON."""
    return json.dumps(values).encode()


class TemplateRendererContract(ABC):
    """Promises of every renderer."""

    @pytest.fixture
    @abstractmethod
    def renderer(self) -> TemplateRenderer:
        """Give the renderer under test, with the default limits."""

    @pytest.mark.parametrize(
        ("template_format", "output", "content"),
        [
            (TemplateFormat.TEXT, OutputFormat.TEXT, b"Dear Ada,\n"),
            (TemplateFormat.MARKDOWN, OutputFormat.MARKDOWN, b"Dear Ada,\n"),
        ],
    )
    async def test_data_becomes_a_document(
        self, renderer: TemplateRenderer, template_format: TemplateFormat, output: OutputFormat, content: bytes
    ) -> None:
        source = source_of("Dear {{ name }},\n", template_format)
        document = await renderer.render(source, data_of(name="Ada"), options(output))
        assert (document.content, document.diagnostics, document.file_name) == (content, (), None)

    async def test_data_is_held_to_what_the_author_says_beside_the_template(self, renderer: TemplateRenderer) -> None:
        said = {
            "name": {"type": "string", "maxLength": 5},
            "tone": {"enum": ["kind", "strict"], "type": "string", "default": "kind", "required": False},
            "note": {"title": "Only told", "required": True},
            "items[].price": {"type": "number", "default": 0.1, "required": False},
        }
        text = "{{ name }}: {{ tone }} {{ note | default('') }}{% for i in items %} {{ i.price }}{% endfor %}"
        plain = source_of(text)
        source = replace(plain, refinements=json.dumps(said))
        good = data_of(name="Ada", note="!", items=[{}, {"price": 2}])
        for _ in range(2):
            assert (await renderer.render(source, good, options())).content == b"Ada: kind ! 0.1 2"
        assert await renderer.validate(source, good, options()) == ()
        bad = data_of(name=5, tone="odd", items=[{"price": "x"}])
        with pytest.raises(DataInvalidError) as refusal:
            await renderer.render(source, bad, options())
        found = [(each.code, each.pointer) for each in refusal.value.diagnostics]
        assert found == [
            ("data-unfit", "/name"),
            ("data-unfit", "/tone"),
            ("data-unfit", "/items/0/price"),
            ("missing-value", "/note"),
        ]
        assert await renderer.validate(source, bad, options()) == refusal.value.diagnostics
        # The same file without it is another matter.
        loose = data_of(name=5, tone="odd", items=[{"price": "x"}])
        assert (await renderer.render(plain, loose, options())).content == b"5: odd  x"

    async def test_a_default_of_one_render_is_not_seen_by_another(self, renderer: TemplateRenderer) -> None:
        said = {"items": {"default": [{}], "required": False}, "items[].n": {"default": 1, "required": False}}
        source = replace(source_of("{% for i in items %}{{ i.n }}{% endfor %}"), refinements=json.dumps(said))
        for _ in range(2):
            assert (await renderer.render(source, b"{}", options())).content == b"1"

    async def test_markdown_becomes_a_page(self, renderer: TemplateRenderer) -> None:
        source = source_of("# Hi {{ name }}\n", TemplateFormat.MARKDOWN)
        document = await renderer.render(source, data_of(name="<script>"), options(OutputFormat.HTML))
        assert b"<h1>Hi &lt;script&gt;</h1>" in document.content
        assert document.content.startswith(b"<!DOCTYPE html>")

    async def test_a_word_file_becomes_a_word_file(self, renderer: TemplateRenderer) -> None:
        source = source_of(
            word_file("Dear {{ name }},", parts={"word/footer1.xml": p("{{ place }}")}), TemplateFormat.DOCX
        )
        data = data_of(name="Ada & Bob", place="Rome")
        documents = [await renderer.render(source, data, options(OutputFormat.DOCX)) for _ in range(2)]
        assert documents[0] == documents[1]
        assert lines_of(documents[0].content) == ["Dear Ada & Bob,"]
        assert lines_of(documents[0].content, "word/footer1.xml") == ["Rome"]

    async def test_all_parts_of_a_word_file_report_together(self, renderer: TemplateRenderer) -> None:
        source = source_of(word_file("{{ a }}", parts={"word/header1.xml": p("{{ b }}")}), TemplateFormat.DOCX)
        with pytest.raises(DataInvalidError) as caught:
            await renderer.render(source, b"{}", options(OutputFormat.DOCX))
        assert [str(found.location) for found in caught.value.diagnostics] == [
            "body, paragraph 1",
            "header 1, paragraph 1",
        ]
        broken = source_of(word_file("{{ a b }}", parts={"word/header1.xml": p("{% endif %}")}), TemplateFormat.DOCX)
        with pytest.raises(TemplateInvalidError) as refused:
            await renderer.render(broken, b"{}", options(OutputFormat.DOCX))
        assert len(refused.value.diagnostics) == 2

    async def test_assets_that_a_document_lacks_are_named_together(self, renderer: TemplateRenderer) -> None:
        template = word_file("{{ a }}{{ 'b.png' | image }}{{ a }}")
        source, chosen = source_of(template, TemplateFormat.DOCX), options(OutputFormat.DOCX)
        data = data_of(a={"$image": "asset:a.png"})
        for attempt in (renderer.render, renderer.validate):
            with pytest.raises(AssetsNeededError) as needed:
                await attempt(source, data, chosen)
            assert needed.value.names == ("a.png", "b.png")
        assets = {"b.png": image_file(), "a.png": image_file("GIF"), "c.png": None}
        made = await renderer.render(source, data, chosen, assets)
        assert made.content.count(image_file("GIF")) == made.content.count(image_file()) == 1
        found = await renderer.validate(source, data, chosen, {**assets, "a.png": None})
        assert {each.code for each in found} == {"unknown-asset"}

    async def test_drawings_are_drawn_with_their_texts(self, renderer: TemplateRenderer) -> None:
        source = source_of(word_file("{{ a }}"), TemplateFormat.DOCX)
        written = (
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><text y="9" font-weight="bold">Ä</text></svg>'
        )
        data = data_of(a={"$image": data_address(written.encode(), "image/svg+xml")})
        made = await renderer.render(source, data, options(OutputFormat.DOCX))
        assert b"</text></svg>" in made.content

    async def test_documents_within_documents_are_made_of_templates_and_assets(
        self, renderer: TemplateRenderer
    ) -> None:
        source = source_of(word_file("{{ a }}", "{{ b }}"), TemplateFormat.DOCX)
        data = data_of(
            a={"$document": {"template": "clause", "data": {"n": {"$document": "asset:in.docx"}}}},
            b={"$document": "asset:out.docx"},
        )
        chosen = options(OutputFormat.DOCX)
        with pytest.raises(AssetsNeededError) as needed:
            await renderer.render(source, data, chosen)
        assert needed.value.names == ("out.docx", "template:clause")
        assets = {"out.docx": word_file("out"), "template:clause": word_file("clause", "{{ n }}")}
        with pytest.raises(AssetsNeededError) as needed:
            await renderer.validate(source, data, chosen, assets)
        assert needed.value.names == ("in.docx",)
        made = await renderer.render(source, data, chosen, {**assets, "in.docx": word_file("in")})
        assert lines_of(made.content) == ["clause", "in", "out"]

    async def test_a_template_that_holds_itself_is_refused(self, renderer: TemplateRenderer) -> None:
        file = word_file("{{ a }}")
        data = data_of(a={"$document": {"template": "me", "data": {"a": 1}}})
        found = await renderer.validate(
            source_of(file, TemplateFormat.DOCX), data, options(OutputFormat.DOCX), {"template:me": file}
        )
        assert [(each.code, each.pointer) for each in found] == [("document-cycle", "/a")]

    async def test_a_word_file_is_checked_as_a_piece(self, renderer: TemplateRenderer) -> None:
        fine = source_of(word_file("{{ no tag"), TemplateFormat.DOCX)
        bad = source_of(word_file('<w:altChunk r:id="rId1"/>'), TemplateFormat.DOCX)
        none = source_of(b"PK\x03\x04", TemplateFormat.DOCX)
        # As a template first: what is known of a file then is something else.
        assert (await renderer.inspect(fine)).diagnostics
        assert await renderer.check_piece(fine) == ()
        assert [each.code for each in await renderer.check_piece(bad)] == ["alt-chunk"]
        assert [each.code for each in await renderer.check_piece(none)] == ["broken-zip"]

    async def test_the_same_input_gives_the_same_document(self, renderer: TemplateRenderer) -> None:
        source = source_of("{{ now }}{% for k, v in d.items() %}{{ k }}{{ v }}{% endfor %}")
        data = b'{"d": {"z": 1, "a": 2.50}}'
        documents = [await renderer.render(source, data, options()) for _ in range(3)]
        assert {document.content for document in documents} == {b"2026-03-14T09:26:53+00:00z1a2.50"}

    async def test_a_large_document_renders_beside_small_ones(self, renderer: TemplateRenderer) -> None:
        source = source_of("{% for r in rows %}{{ r.n }},{% endfor %}")
        large = data_of(rows=[{"n": n} for n in range(30_000)])
        documents = await asyncio.gather(
            renderer.render(source, large, options()),
            *(renderer.render(source, data_of(rows=[{"n": n}]), options()) for n in range(5)),
        )
        assert [document.content for document in documents[1:]] == [f"{n},".encode() for n in range(5)]
        assert documents[0].content.endswith(b"29999,")

    async def test_inspection_finds_placeholders_and_findings(self, renderer: TemplateRenderer) -> None:
        good = await renderer.inspect(source_of("{{ a.b }}{% for x in c %}{{ x }}{% endfor %}"))
        assert [placeholder.path for placeholder in good.placeholders] == ["a.b", "c", "c[]"]
        assert good.diagnostics == ()
        bad = await renderer.inspect(source_of("{{ a }}\n{% for x in y %}\n{{ b | uper }}"))
        assert Severity.ERROR in {found.severity for found in bad.diagnostics}
        assert "a" in {placeholder.path for placeholder in bad.placeholders}

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"\xff\xfe",
            b"\x00",
            b"PK\x03\x04",
            b"{{",
            b"{%",
            b"{{ " + b"(" * 3_000,
            b"{% if x %}" * 3_000,
            b"\xef\xbb\xbf",
        ],
    )
    @pytest.mark.parametrize("template_format", list(TemplateFormat))
    async def test_inspection_never_raises(
        self, renderer: TemplateRenderer, content: bytes, template_format: TemplateFormat
    ) -> None:
        inspection = await renderer.inspect(source_of(content, template_format))
        assert all(found.message for found in inspection.diagnostics)

    async def test_a_broken_template_is_refused_with_its_findings(self, renderer: TemplateRenderer) -> None:
        source = source_of("ok\n{% for x in y %}")
        with pytest.raises(TemplateInvalidError) as caught:
            await renderer.render(source, b"{}", options())
        location = caught.value.diagnostics[0].location
        assert location is not None
        assert (location.part, location.line) == (Part.TEXT, 2)

    async def test_all_missing_values_are_reported_at_once(self, renderer: TemplateRenderer) -> None:
        source = source_of("{{ a }}{{ b.c }}{{ d | default('') }}")
        with pytest.raises(DataInvalidError) as caught:
            await renderer.render(source, data_of(b={}), options())
        assert [found.pointer for found in caught.value.diagnostics] == ["/a", "/b/c"]

    @pytest.mark.parametrize(("policy", "content"), [(MissingPolicy.EMPTY, b"[]"), (MissingPolicy.KEEP, b"[{{ a }}]")])
    async def test_missing_values_are_tolerated_where_asked(
        self, renderer: TemplateRenderer, policy: MissingPolicy, content: bytes
    ) -> None:
        document = await renderer.render(source_of("[{{ a }}]"), b"{}", options(missing=policy))
        assert document.content == content
        assert [found.severity for found in document.diagnostics] == [Severity.WARNING]

    @pytest.mark.parametrize("data", [b"", b"[]", b"{", b'{"a": NaN}', b'{"a": 1, "a": 2}', b"\xff"])
    async def test_data_that_is_no_json_object_is_refused(self, renderer: TemplateRenderer, data: bytes) -> None:
        with pytest.raises(DataInvalidError) as caught:
            await renderer.render(source_of("x"), data, options())
        assert caught.value.diagnostics

    @pytest.mark.parametrize("template", ["{{ 1 / 0 }}", "{{ 'a' + 1 }}", "{{ x }}", "{% for i in 5 %}{% endfor %}"])
    async def test_a_template_that_fails_says_where(self, renderer: TemplateRenderer, template: str) -> None:
        with pytest.raises(RenderFailedError) as caught:
            await renderer.render(source_of(template), data_of(x=[]), options())
        assert caught.value.diagnostics[0].location is not None

    @pytest.mark.parametrize(
        "template",
        ["{{ 'a' * 10 ** 10 }}", "{% for i in range(100000) %}{% for j in range(100000) %}x{% endfor %}{% endfor %}"],
    )
    async def test_limits_hold(self, renderer: TemplateRenderer, template: str) -> None:
        with pytest.raises(LimitExceededError):
            await renderer.render(source_of(template), b"{}", options())

    async def test_an_impossible_output_names_the_possible_ones(self, renderer: TemplateRenderer) -> None:
        with pytest.raises(UnsupportedOutputError) as caught:
            await renderer.render(source_of("x"), b"{}", options(OutputFormat.HTML))
        assert caught.value.possible == outputs_of(TemplateFormat.TEXT)

    async def test_the_file_name_knows_its_row_and_the_document_does_not(self, renderer: TemplateRenderer) -> None:
        source = source_of("{{ row is defined }}")
        for data, name in ((b"{}", "7"), (b'{"row": "x"}', "x")):
            document = await renderer.render(source, data, replace(options(file_name="{{ row }}"), row=7))
            assert (document.file_name, document.content) == (name, b"true" if b"row" in data else b"false")

    async def test_the_file_name_is_a_template_too(self, renderer: TemplateRenderer) -> None:
        source = source_of("x")
        document = await renderer.render(source, data_of(n="Ada\nL"), options(file_name="Letter {{ n | upper }}.txt"))
        assert document.file_name == "Letter ADA L.txt"
        for pattern, error in (("{{ n", RenderFailedError), ("{{ q }}", DataInvalidError)):
            with pytest.raises(error) as caught:
                await renderer.render(source, b"{}", options(file_name=pattern))
            raised = caught.value
            assert isinstance(raised, DiagnosedError)
            location = raised.diagnostics[0].location
            assert location is not None
            assert location.part is Part.FILE_NAME

    async def test_validation_returns_what_a_render_would_complain_of(self, renderer: TemplateRenderer) -> None:
        source = source_of("{{ a }}{{ 1 / 0 }}")
        found = await renderer.validate(source, b"{}", options())
        assert [each.code for each in found] == ["missing-value", "division-by-zero"]
        assert await renderer.validate(source_of("{{ a }}"), data_of(a=1), options()) == ()
        assert [each.code for each in await renderer.validate(source_of("{{"), b"{}", options())] == ["unclosed-tag"]
        assert [each.code for each in await renderer.validate(source_of("x"), b"[]", options())] == ["data-not-object"]

    async def test_a_template_is_loaded_once_even_when_asked_for_together(self, renderer: TemplateRenderer) -> None:
        counting = CountingSource(b"{{ n }} counted together")
        documents = await asyncio.gather(
            *(renderer.render(counting.source, data_of(n=n), options()) for n in range(20))
        )
        assert counting.loaded == 1
        assert [document.content[:2].strip() for document in documents] == [str(n).encode() for n in range(20)]

    async def test_a_failure_to_load_reaches_everyone_and_is_not_kept(self, renderer: TemplateRenderer) -> None:
        async def broken() -> bytes:
            raise ServiceUnavailableError("storage", "The storage does not answer.")

        good = CountingSource(b"back again")
        failing = TemplateSource(good.format, good.source.sha256, broken)
        outcomes = await asyncio.gather(
            *(renderer.render(failing, b"{}", options()) for _ in range(3)), return_exceptions=True
        )
        assert [type(outcome) for outcome in outcomes] == [ServiceUnavailableError] * 3
        assert (await renderer.render(good.source, b"{}", options())).content == b"back again"

    async def test_a_caller_that_gives_up_does_not_take_the_others_along(self, renderer: TemplateRenderer) -> None:
        counting = CountingSource(b"{{ n }} survives")
        first = asyncio.ensure_future(renderer.render(counting.source, data_of(n=1), options()))
        second = asyncio.ensure_future(renderer.render(counting.source, data_of(n=2), options()))
        await asyncio.sleep(0)
        first.cancel()
        assert (await second).content == b"2 survives"
        with pytest.raises(asyncio.CancelledError):
            await first
