"""The renderer within the process."""

import asyncio

import pytest
from typing_extensions import override

from adapters.rendering.engine import compile_template
from adapters.rendering.in_process import INLINE_STEPS, InProcessRenderer
from adapters.rendering.language.limits import Limits
from adapters.telemetry.renderer import TracedTemplateRenderer
from application.ports.template_renderer import TemplateRenderer
from domain.errors import LimitExceededError
from domain.formats import TemplateFormat
from tests.contracts.template_renderer import (
    CountingSource,
    TemplateRendererContract,
    data_of,
    options,
    source_of,
)
from tests.spans import KeptSpans


class TestInProcessRenderer(TemplateRendererContract):
    """The contract, in this process."""

    @pytest.fixture
    @override
    def renderer(self) -> TemplateRenderer:
        return InProcessRenderer()


class TestTracedTemplateRenderer(TemplateRendererContract):
    """What tells of renders is put around any renderer."""

    @pytest.fixture
    @override
    def renderer(self) -> TemplateRenderer:
        return TracedTemplateRenderer(InProcessRenderer(), KeptSpans())


async def test_the_least_used_template_is_given_up_first() -> None:
    renderer = InProcessRenderer(cache_entries=2)
    a, b, c = (CountingSource(text) for text in (b"a", b"b", b"c"))
    for counting in (a, b, a, c, a, b):
        await renderer.render(counting.source, b"{}", options())
    assert (a.loaded, b.loaded, c.loaded) == (1, 2, 1)


async def test_the_cache_is_bounded_by_bytes() -> None:
    renderer = InProcessRenderer(cache_bytes=25)
    a, b, huge = CountingSource(b"a" * 10), CountingSource(b"b" * 20), CountingSource(b"c" * 30)
    for counting in (a, b, a, huge, huge, a):
        await renderer.render(counting.source, b"{}", options())
    assert (a.loaded, b.loaded, huge.loaded) == (2, 1, 2)


async def test_the_same_bytes_as_another_format_are_another_template() -> None:
    renderer = InProcessRenderer()
    text, markdown = CountingSource(b"{{ x }}"), CountingSource(b"{{ x }}", TemplateFormat.MARKDOWN)
    assert (await renderer.render(text.source, data_of(x="*"), options())).content == b"*"
    await renderer.inspect(markdown.source)
    assert (text.loaded, markdown.loaded) == (1, 1)


async def test_small_data_with_much_work_renders_in_a_thread() -> None:
    """More steps than a render may take in the event loop's own thread, and the loop goes on meanwhile."""
    renderer = InProcessRenderer()
    source = source_of("{% for i in range(n) %}{{ i }}{% endfor %}")
    await renderer.inspect(source)
    rendering = asyncio.ensure_future(renderer.render(source, data_of(n=INLINE_STEPS * 10), options()))
    turns = 0
    while not rendering.done():
        turns += 1
        await asyncio.sleep(0)
    assert turns > 1
    assert len((await rendering).content) > INLINE_STEPS


async def test_the_limits_are_those_that_were_given() -> None:
    renderer = InProcessRenderer(Limits(steps=10))
    with pytest.raises(LimitExceededError):
        await renderer.render(source_of("{% for i in range(20) %}{% endfor %}"), b"{}", options())
    small = InProcessRenderer(Limits(data_bytes=10))
    with pytest.raises(LimitExceededError):
        await small.render(source_of("x"), data_of(a="0123456789"), options())


async def test_a_template_that_is_too_large_is_refused() -> None:
    compiled = compile_template(TemplateFormat.TEXT, b"x" * 11, Limits(template_bytes=10))
    assert [found.code for found in compiled.diagnostics] == ["template-too-large"]
