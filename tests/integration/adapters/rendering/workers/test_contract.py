"""Isolated workers keep the renderer's promises, and do what the renderer in this process does."""

import json
from pathlib import Path

import pytest
from PIL import Image as Pillow
from typing_extensions import override

from adapters.rendering.in_process import InProcessRenderer
from adapters.rendering.workers.renderer import WorkerRenderer
from application.ports.template_renderer import TemplateRenderer
from domain.errors import DocGenError
from domain.formats import OutputFormat, TemplateFormat, outputs_of, template_format_of
from tests.contracts.template_renderer import TemplateRendererContract, options, source_of
from tests.image_files import data_address, image, image_file
from tests.word_files import word_file

pytestmark = pytest.mark.asyncio(loop_scope="module")

EXAMPLES = {
    path.with_suffix("").name: (path.suffix, path.read_bytes(), path.with_suffix(".json").read_bytes())
    for path in sorted(Path("examples").glob("*.*"))
    if template_format_of(path.name) and path.with_suffix(".json").exists()
}
DECLARED = (
    '{# @field total: number "Total" = 1.25 #}{# @field kind: choice(a, b) "Kind" #}{{ total }}{{ kind }}'
    "{% for row in rows %}{{ row.price * 1.5 }}{% endfor %}{{ name | default('Ada') }}"
    "{{ big | default(12345678901234567890123) }}"
)


class TestWorkerRenderer(TemplateRendererContract):
    """The contract, over a channel."""

    @pytest.fixture
    @override
    def renderer(self, workers: WorkerRenderer) -> TemplateRenderer:
        return workers


@pytest.mark.parametrize("name", EXAMPLES)
async def test_examples_become_the_same_documents_as_in_this_process(workers: WorkerRenderer, name: str) -> None:
    suffix, file, data = EXAMPLES[name]
    template_format = template_format_of(name + suffix)
    assert template_format is not None
    source = source_of(file, template_format)
    here = InProcessRenderer()
    assert await workers.inspect(source) == await here.inspect(source)
    for output in outputs_of(template_format):
        chosen = options(output, locale="de-DE", timezone="Europe/Berlin", file_name="{{ now }} ä")
        assert await workers.render(source, data, chosen) == await here.render(source, data, chosen)
        assert await workers.validate(source, data, chosen) == await here.validate(source, data, chosen)


@pytest.mark.parametrize(
    "template", [DECLARED, "{% for x in y %}", "{{ 'ö' | nothing }}", "{# @field a: nothing #}{{ a }}"]
)
async def test_findings_and_placeholders_are_the_same_as_in_this_process(
    workers: WorkerRenderer, template: str
) -> None:
    assert await workers.inspect(source_of(template)) == await InProcessRenderer().inspect(source_of(template))


@pytest.mark.parametrize(
    ("template", "data"),
    [
        ("{{ a }}", b"{}"),
        ("{{ 1 / 0 }}", b"{}"),
        ("{{ 'a' * 10 ** 10 }}", b"{}"),
        ("{{ a b }}", b"{}"),
        ("x", b"[]"),
        ("{{ a }}", b'{"a": "\\ud800"}'),
    ],
)
async def test_errors_are_the_same_as_in_this_process(workers: WorkerRenderer, template: str, data: bytes) -> None:
    source = source_of(template)
    with pytest.raises(DocGenError) as expected:
        await InProcessRenderer().render(source, data, options())
    with pytest.raises(type(expected.value)) as raised:
        await workers.render(source, data, options())
    assert type(raised.value) is type(expected.value)
    assert (str(raised.value), raised.value.diagnostics) == (str(expected.value), expected.value.diagnostics)


async def test_half_characters_of_a_caller_break_nothing(workers: WorkerRenderer) -> None:
    name = "{{ 'a' }}\ud800"
    document = await workers.render(source_of("half"), b"{}", options(file_name=name))
    assert document.content == b"half"
    assert document.file_name == "a?"


async def test_a_large_template_and_a_large_document_pass(workers: WorkerRenderer) -> None:
    text = "0123456789" * 700_000
    source = source_of(text + "{{ rows | length }}{% for row in rows %}" + "x" * 100 + "{% endfor %}")
    data = b'{"rows": [' + b",".join(b"%d" % n for n in range(200_000)) + b"]}"
    document = await workers.render(source, data, options())
    assert len(document.content) == 7_000_006 + 20_000_000


async def test_images_are_converted_in_a_worker_as_in_this_process(workers: WorkerRenderer) -> None:
    source = source_of(word_file("{{ logo }}{{ photo }}"), TemplateFormat.DOCX)
    exif = Pillow.Exif()
    exif[0x0112] = 8
    photo = {"$image": data_address(image_file("JPEG", exif=exif))}
    data = json.dumps({"logo": image("WEBP"), "photo": photo}).encode()
    chosen = options(OutputFormat.DOCX)
    made = await workers.render(source, data, chosen)
    assert made == await InProcessRenderer().render(source, data, chosen)
