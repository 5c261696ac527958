"""A client that goes away in the middle of its body is no failure of the service."""

import logging
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from starlette.requests import Request
from starlette.types import Message

from entrypoints.http.errors import install_error_handlers


async def test_a_client_that_went_away_leaves_no_error_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    app = FastAPI()
    install_error_handlers(app)

    @app.post("/")
    async def read(request: Request) -> int:
        return len(await request.body())

    messages: Iterator[Message] = iter(
        [{"type": "http.request", "body": b"half", "more_body": True}, {"type": "http.disconnect"}]
    )
    answers: list[Message] = []

    async def receive() -> Message:
        return next(messages)

    async def send(message: Message) -> None:
        answers.append(message)

    scope = {"type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": [], "state": {}}
    await app(scope, receive, send)
    assert answers[0]["status"] == 400
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []
