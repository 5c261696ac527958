"""Compiled templates that are kept on disk behave like those just compiled, and a bad file is never used."""

import hashlib
import logging
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest
from prometheus_client import CollectorRegistry

from adapters.prometheus.instruments import Instruments
from adapters.prometheus.measured import MeasuredRenderer
from adapters.rendering.compiled import CompiledTemplate
from adapters.rendering.engine import compile_template, render_template
from adapters.rendering.in_process import InProcessRenderer
from adapters.rendering.language.limits import DEFAULT_LIMITS, Limits
from adapters.rendering.store import CompiledTemplateStore
from adapters.storage.bounded_folder import BoundedFolder
from application.ports.template_renderer import TemplateRenderer
from benchmarks.cases import CASES
from domain.errors import DocGenError
from domain.formats import TemplateFormat, outputs_of, template_format_of
from tests.builders import render_options
from tests.contracts.template_renderer import CountingSource, TemplateRendererContract
from tests.word_files import p, tbl, tc, tr, word_file


def is_template(path: Path) -> bool:
    return template_format_of(path.name) is not None and path.with_suffix(".json").exists()


EXAMPLES: Final = sorted(path for path in (Path(__file__).parents[4] / "examples").iterdir() if is_template(path))
LOOPS: Final = word_file(
    tbl(tr("{% for x in xs %}{{ x.a }}", tc(p("{{ x.b + 1 }}{% endfor %}")), "z")), "{{ e }}{% if c %}y{% endif %}"
)


def store_in(folder: Path, limits: Limits = DEFAULT_LIMITS, max_bytes: int = 10_000_000) -> CompiledTemplateStore:
    return CompiledTemplateStore(BoundedFolder(folder, max_bytes, "Compiled templates cannot be kept"), limits)


@pytest.fixture
def store(tmp_path: Path) -> CompiledTemplateStore:
    return store_in(tmp_path / "cache" / "templates")


def kept(store: CompiledTemplateStore, template_format: TemplateFormat, file: bytes) -> CompiledTemplate:
    """Compile, keep and get again."""
    sha256 = hashlib.sha256(file).hexdigest()
    store.put(sha256, compile_template(template_format, file), len(file))
    found = store.get(sha256, template_format)
    assert found is not None
    assert found.size == len(file)
    return found.compiled


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_an_example_renders_the_same_from_the_store(store: CompiledTemplateStore, path: Path) -> None:
    template_format = template_format_of(path.name)
    assert template_format is not None
    file, data = path.read_bytes(), path.with_suffix(".json").read_bytes()
    compiled, again = compile_template(template_format, file), kept(store, template_format, file)
    assert (again.diagnostics, again.placeholders) == (compiled.diagnostics, compiled.placeholders)
    assert (again.format, again.limits) == (compiled.format, compiled.limits)
    for output in outputs_of(template_format):
        options = render_options(output=output)
        assert render_template(again, data, options) == render_template(compiled, data, options)


def test_long_static_stretches_are_kept_too(store: CompiledTemplateStore) -> None:
    contract = CASES[2]
    file, data = contract.template("jinja"), contract.data_json()
    options = render_options(output=outputs_of(TemplateFormat.DOCX)[0])
    compiled = compile_template(TemplateFormat.DOCX, file)
    assert render_template(kept(store, TemplateFormat.DOCX, file), data, options) == render_template(
        compiled, data, options
    )


@pytest.mark.parametrize("data", [b"{}", b'{"xs": [{"a": 1}], "e": []}', b'{"xs": [{"a": 1, "b": "x"}], "e": 1}'])
def test_what_goes_wrong_is_said_the_same(store: CompiledTemplateStore, data: bytes) -> None:
    options = render_options(output=outputs_of(TemplateFormat.DOCX)[0])
    said = []
    for compiled in (compile_template(TemplateFormat.DOCX, LOOPS), kept(store, TemplateFormat.DOCX, LOOPS)):
        with pytest.raises(DocGenError) as caught:
            render_template(compiled, data, options)
        said.append((type(caught.value), str(caught.value), caught.value.diagnostics))
    assert said[0] == said[1]
    assert said[0][2]


def test_declarations_are_kept(store: CompiledTemplateStore) -> None:
    template = b"""{# @field rate: number min=0.10 max=1 = 0.25 "The rate"
@field items[].kind: choice("a", "b") #}{{ rate }}{% for i in items %}{{ i.kind }}{% endfor %}"""
    compiled, again = compile_template(TemplateFormat.TEXT, template), kept(store, TemplateFormat.TEXT, template)
    assert len(compiled.fields) == 2
    assert again.fields == compiled.fields
    assert render_template(again, b'{"items": []}', render_options()).content == b"0.25"
    with pytest.raises(DocGenError, match="The data does not fit"):
        render_template(again, b'{"rate": 2, "items": [{"kind": "c"}]}', render_options())


def test_what_stops_at_a_limit_names_its_tag(store: CompiledTemplateStore) -> None:
    template = b"{{ 1 }}\n{% for i in range(9999) %}{% for j in range(9999) %}{% endfor %}{% endfor %}"
    with pytest.raises(DocGenError) as caught:
        render_template(kept(store, TemplateFormat.TEXT, template), b"{}", render_options())
    location = caught.value.diagnostics[0].location
    assert location is not None
    assert location.line == 2


def test_a_template_with_errors_is_not_kept(store: CompiledTemplateStore) -> None:
    store.put("a", compile_template(TemplateFormat.TEXT, b"{{ "), 3)
    assert store.get("a", TemplateFormat.TEXT) is None


def test_files_of_other_limits_are_not_read(store: CompiledTemplateStore, tmp_path: Path) -> None:
    kept(store, TemplateFormat.TEXT, b"x")
    other = store_in(tmp_path / "cache" / "templates", replace(DEFAULT_LIMITS, tags=10))
    assert other.get(hashlib.sha256(b"x").hexdigest(), TemplateFormat.TEXT) is None


@pytest.mark.parametrize("damage", [b"", b"123", b"\0" * 40])
def test_a_damaged_file_is_no_template(
    store: CompiledTemplateStore, tmp_path: Path, damage: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    kept(store, TemplateFormat.TEXT, b"x")
    (file,) = (tmp_path / "cache" / "templates").iterdir()
    file.write_bytes(file.read_bytes()[:-20] + damage if damage else b"")
    with caplog.at_level(logging.WARNING):
        assert store.get(hashlib.sha256(b"x").hexdigest(), TemplateFormat.TEXT) is None
    assert "damaged" in caplog.text


def test_the_folder_is_closed_to_others(store: CompiledTemplateStore, tmp_path: Path) -> None:
    kept(store, TemplateFormat.TEXT, b"x")
    folder = tmp_path / "cache" / "templates"
    assert folder.stat().st_mode & 0o077 == 0
    folder.chmod(0o777)
    assert store.get(hashlib.sha256(b"x").hexdigest(), TemplateFormat.TEXT) is None
    store.put("y" * 64, compile_template(TemplateFormat.TEXT, b"y"), 1)
    assert len(list(folder.iterdir())) == 1


def test_the_oldest_files_make_room(tmp_path: Path) -> None:
    probe = store_in(tmp_path / "probe")
    kept(probe, TemplateFormat.TEXT, b"template 0")
    size = next((tmp_path / "probe").iterdir()).stat().st_size
    small = store_in(tmp_path / "small", max_bytes=2 * size + size // 2)
    for number in range(4):
        kept(small, TemplateFormat.TEXT, f"template {number}".encode())
    left = [
        number
        for number in range(4)
        if small.get(hashlib.sha256(f"template {number}".encode()).hexdigest(), TemplateFormat.TEXT)
    ]
    assert len(left) == 2
    assert 3 in left


def test_a_folder_that_cannot_be_used_stops_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "taken").write_text("a file")
    store = store_in(tmp_path / "taken" / "templates")
    with caplog.at_level(logging.WARNING):
        store.put("a", compile_template(TemplateFormat.TEXT, b"x"), 1)
    assert "cannot be kept" in caplog.text
    assert store.get("a", TemplateFormat.TEXT) is None


class TestMeasuredRenderer(TemplateRendererContract):
    """The contract takes long, so it runs once for a renderer that has a store and for what is put around one."""

    @pytest.fixture
    def renderer(self, store: CompiledTemplateStore) -> TemplateRenderer:
        return MeasuredRenderer(InProcessRenderer(Limits(), store), Instruments(CollectorRegistry()))


async def test_another_process_needs_neither_the_file_nor_the_compiler(store: CompiledTemplateStore) -> None:
    first, second = CountingSource(b"Dear {{ name }}"), CountingSource(b"Dear {{ name }}")
    one = await InProcessRenderer(DEFAULT_LIMITS, store).render(first.source, b'{"name": "Ada"}', render_options())
    other = await InProcessRenderer(DEFAULT_LIMITS, store).render(second.source, b'{"name": "Ada"}', render_options())
    assert (first.loaded, second.loaded) == (1, 0)
    assert one == other
