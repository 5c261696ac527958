"""What database and bucket are asked for, as spans of the trace that asks."""

import asyncio

import pytest
from sqlalchemy import text

from adapters.postgres.database import PostgresDatabase
from adapters.storage.s3.bucket import Bucket
from adapters.storage.s3.storage import S3DocumentStorage
from adapters.system import SystemClock
from adapters.telemetry.database import DatabaseSpans
from adapters.telemetry.s3 import BucketSpans
from domain.errors import InvalidRequestError, ServiceUnavailableError
from tests.contracts.document_storage import LETTER, key_of
from tests.fakes.blob_locks import InMemoryBlobLocks
from tests.integration.support.seaweedfs import Server
from tests.spans import KeptSpans


async def told(spans: KeptSpans, *names: str) -> None:
    """Wait until these are told; the driver says what it did a turn of the event loop later."""
    async with asyncio.timeout(10):
        while not set(names) <= set(spans.names):  # noqa: ASYNC110  # nothing tells of spans
            await asyncio.sleep(0)


async def test_statements_of_sqlalchemy_and_of_the_driver_are_parts_of_the_trace(database_url: str) -> None:
    spans = KeptSpans()
    async with PostgresDatabase(database_url, watch=DatabaseSpans(spans)) as database:
        async with database.session() as session:
            await session.execute(text("SELECT 1 FROM pg_class LIMIT 1"))
        with spans.trace():
            async with database.session() as session:
                await session.execute(text("SELECT relname FROM pg_class WHERE relname = :name"), {"name": "M4RKED"})
                await session.commit()
            async with database.single_statements() as connection:
                await connection.fetch("SELECT $1::text FROM pg_type LIMIT 1", "M4RKED")
            await told(spans, "SELECT pg_class", "SELECT pg_type", "COMMIT")
    assert spans.names.count("SELECT pg_class") == 1  # the other one was outside
    assert "M4RKED" not in spans.text()


async def test_a_statement_that_fails_says_its_code_and_none_of_its_values(database_url: str) -> None:
    spans = KeptSpans()
    async with PostgresDatabase(database_url, watch=DatabaseSpans(spans)) as database:
        with spans.trace():
            with pytest.raises(InvalidRequestError):
                async with database.session() as session:
                    await session.execute(text("SELECT CAST(:value AS text)::int FROM pg_class"), {"value": "M4RKED"})
            with pytest.raises(ServiceUnavailableError):
                async with database.single_statements() as connection:
                    await connection.fetch("SELECT ($1::text)::int FROM pg_type", "M4RKED")
            await told(spans, "SELECT pg_class", "SELECT pg_type")
    failed = [span for span in spans.kept if span.name.startswith("SELECT")]
    assert [(span.attributes or {})["db.response.status_code"] for span in failed] == ["22P02", "22P02"]
    assert "M4RKED" not in spans.text()


async def test_requests_to_a_bucket_are_parts_of_the_trace(seaweedfs: Server) -> None:
    spans = KeptSpans()
    bucket = Bucket(seaweedfs.options(), BucketSpans(spans))
    async with S3DocumentStorage(bucket, InMemoryBlobLocks(), SystemClock()) as storage:
        with spans.trace():
            await storage.put(key_of(LETTER), LETTER)
            assert await storage.read(key_of(LETTER)) == LETTER
        assert await storage.find(key_of(LETTER))
    assert [name for name in spans.names if name in {"S3/PutObject", "S3/GetObject"}] == [
        "S3/PutObject",
        "S3/GetObject",
    ]
    assert {(span.attributes or {})["http.response.status_code"] for span in spans.kept if "Get" in span.name} == {200}
    assert key_of(LETTER).sha256 not in spans.text()
