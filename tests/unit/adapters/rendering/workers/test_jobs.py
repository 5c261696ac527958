"""A worker's work, without the process."""

import logging

import pytest

from adapters.rendering.language.limits import DEFAULT_LIMITS
from adapters.rendering.workers import jobs as jobs_module
from adapters.rendering.workers.jobs import Jobs, LogLines
from adapters.rendering.workers.protocol import HEADER, MAX_TEXT_BYTES, Answer, Request, Work, read_answer
from domain.formats import TemplateFormat
from domain.render_request import RenderOptions
from tests.builders import render_options

MEMORY_BYTES = 10**12


def jobs_of(memory_bytes: int = MEMORY_BYTES, log: LogLines | None = None) -> Jobs:
    return Jobs(DEFAULT_LIMITS, memory_bytes, log or LogLines())


def answered(jobs: Jobs, request: Request) -> tuple[Answer, bytes]:
    frame = b"".join(jobs.frame(request))
    text, document, _ = HEADER.unpack_from(frame)
    return read_answer(frame[HEADER.size : HEADER.size + text]), frame[HEADER.size + text :][:document]


def request(
    number: int, work: Work, file: bytes | None = None, data: bytes = b"{}", options: RenderOptions | None = None
) -> Request:
    return Request(number, work, TemplateFormat.TEXT, "ab", options or render_options(), data, file)


def test_a_template_that_is_not_there_is_asked_for_and_kept_then() -> None:
    jobs = jobs_of()
    assert answered(jobs, request(1, Work.RENDER)) == (Answer(1, miss=True), b"")
    assert answered(jobs, request(2, Work.RENDER, b"Dear {{ name }}", b'{"name": "Ada"}')) == (Answer(2), b"Dear Ada")
    assert answered(jobs, request(3, Work.RENDER, data=b'{"name": "Bob"}')) == (Answer(3), b"Dear Bob")


def test_inspected_templates_are_kept_too() -> None:
    jobs = jobs_of()
    answer, _ = answered(jobs, request(1, Work.INSPECT, b"{{ a }}"))
    assert [placeholder.path for placeholder in answer.placeholders] == ["a"]
    assert answered(jobs, request(2, Work.VALIDATE, data=b'{"a": 1}')) == (Answer(2), b"")


def test_failures_are_answers() -> None:
    answer, document = answered(jobs_of(), request(1, Work.RENDER, b"{{ a }}"))
    assert answer.failure is not None
    assert (answer.id, answer.failure.code, document) == (1, "data-invalid", b"")
    assert [found.pointer for found in answer.diagnostics] == ["/a"]


def test_more_findings_than_an_answer_may_hold_are_a_limit() -> None:
    pattern = "x" * MAX_TEXT_BYTES
    answer, document = answered(jobs_of(), request(1, Work.RENDER, b"x", options=render_options(file_name=pattern)))
    assert answer.failure is not None
    assert (answer.failure.code, document) == ("limit-exceeded", b"")


def test_a_worker_that_has_used_much_memory_asks_for_another_one() -> None:
    answer, document = answered(jobs_of(memory_bytes=1), request(1, Work.RENDER, b"x"))
    assert (answer.retire, document) == (True, b"x")


def test_what_is_logged_goes_along_with_the_next_answer_within_bounds() -> None:
    log = LogLines()
    jobs = jobs_of(log=log)
    logger = logging.getLogger("tests.jobs")
    logger.addHandler(log)
    try:
        for number in range(1_000):
            logger.error("line %d %s", number, "x" * 100_000)
    finally:
        logger.removeHandler(log)
    answer, _ = answered(jobs, request(1, Work.RENDER, b"x"))
    assert len(answer.log) == jobs_module.MAX_LOG_LINES
    assert answer.log[0].startswith("tests.jobs: line 0 xxx")
    assert max(map(len, answer.log)) == jobs_module.MAX_LOG_CHARACTERS
    assert answered(jobs, request(2, Work.RENDER)) == (Answer(2), b"x")


@pytest.mark.parametrize("error", [MemoryError(), RecursionError()])
def test_what_python_gives_up_on_is_a_limit_and_the_end_of_the_worker(error: BaseException) -> None:
    class Options:
        """Options that cannot be used, for a reason that no template can bring about in a test."""

        def __getattr__(self, _: str) -> object:
            raise error

    answer, _ = answered(jobs_of(), request(1, Work.RENDER, b"x", options=Options()))  # type: ignore[arg-type]  # see above
    assert answer.failure is not None
    assert (answer.failure.code, answer.retire) == ("limit-exceeded", True)
