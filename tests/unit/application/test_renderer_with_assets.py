"""Documents get the assets that they name, in as few attempts as can be."""

import json

import pytest

from adapters.rendering.in_process import InProcessRenderer
from application.renderer_with_assets import RendererWithAssets
from domain.errors import LimitExceededError, RenderFailedError
from domain.formats import OutputFormat, TemplateFormat
from tests.contracts.template_renderer import options, source_of
from tests.fakes.asset_source import InMemoryAssetSource
from tests.fakes.template_renderer import RecordingRenderer
from tests.image_files import image_file
from tests.unit.adapters.rendering.docx.test_images import shown
from tests.word_files import word_file

LOGO, PHOTO = image_file(), image_file("JPEG")
WORD = options(OutputFormat.DOCX)


async def render(template: str, data: object, *, max_bytes: int = 1_000_000) -> tuple[list[bytes], list[set[str]], int]:
    """Return the images of the document, what was asked for, and the number of attempts."""
    source = InMemoryAssetSource({"logo.png": LOGO, "photo.jpg": PHOTO})
    inner = RecordingRenderer(InProcessRenderer())
    renderer = RendererWithAssets(inner, source, max_bytes)
    template_source = source_of(word_file(template), TemplateFormat.DOCX)
    made = await renderer.render(template_source, json.dumps(data).encode(), WORD)
    return shown(made.content), source.asked, len(inner.sources)


async def test_what_the_data_names_is_there_for_the_first_attempt() -> None:
    data = {"v": {"$image": "asset:logo.png", "width": "3cm"}}
    assert await render("{{ v }}", data) == ([LOGO], [{"logo.png"}], 1)


async def test_what_the_template_names_is_fetched_for_a_second_one() -> None:
    found = await render("{{ 'asset:logo.png' | image }}{{ (kind ~ '.jpg') | image('2cm') }}", {"kind": "photo"})
    assert found == ([LOGO, PHOTO], [{"logo.png", "photo.jpg"}], 2)


@pytest.mark.parametrize("name", ["nothing.png", "../logo.png", "a/b.png", "", "x" * 200])
async def test_an_asset_that_is_not_there_is_said(name: str) -> None:
    with pytest.raises(RenderFailedError) as failed:
        await render("{{ v }}", {"v": {"$image": f"asset:{name}"}})
    (found,) = failed.value.diagnostics
    assert (found.code, found.pointer) == ("unknown-asset", "/v")
    assert found.location is not None


async def test_an_asset_that_is_no_image_is_said() -> None:
    renderer = RendererWithAssets(InProcessRenderer(), InMemoryAssetSource({"a.png": b"no image"}), 1_000)
    source = source_of(word_file("{{ v }}"), TemplateFormat.DOCX)
    found = await renderer.validate(source, b'{"v": {"$image": "asset:a.png"}}', WORD)
    assert [each.code for each in found] == ["image-invalid"]


async def test_assets_have_a_limit_together() -> None:
    with pytest.raises(LimitExceededError):
        await render("{{ v }}", {"v": {"$image": "asset:logo.png"}}, max_bytes=10)


async def test_names_that_nothing_prints_do_no_harm() -> None:
    assert await render("{{ a }}", {"a": "asset:other.png", "b": ["asset:../x"]}) == ([], [{"other.png"}], 1)
