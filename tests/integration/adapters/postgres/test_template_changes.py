"""Changes of templates are heard from other processes, and again after the connection was lost."""

from dataclasses import replace

from adapters.postgres.database import PostgresDatabase
from adapters.postgres.notifications import QUESTION, PostgresNotifications
from adapters.postgres.template_changes import TEMPLATES_CHANNEL, PostgresTemplateChanges
from domain.workspace import DEFAULT_WORKSPACE_ID
from tests.builders import a_template
from tests.contracts.unit_of_work import stored, updated, with_one_version_more
from tests.integration.adapters.postgres.listening import listening, template_changes
from tests.integration.support.databases import as_service
from tests.integration.support.relay import Relay
from tests.integration.support.units import units_on
from tests.waiting import until


async def test_changes_of_another_process_are_heard(database: PostgresDatabase, database_url: str) -> None:
    units_of_another_process = units_on(database)
    async with template_changes(database_url) as changes:
        await listening(changes)

        def generation() -> int:
            return changes.generation(DEFAULT_WORKSPACE_ID) or 0

        before = generation()
        template = await stored(units_of_another_process, a_template())
        await until(lambda: generation() > before)
        before = generation()
        await updated(units_of_another_process, replace(template, name="New", revision=template.revision + 1))
        await until(lambda: generation() > before)
        before = generation()
        await with_one_version_more(units_of_another_process, template, b"two")
        await until(lambda: generation() > before)


async def test_a_server_that_answers_is_listened_to_from_then_on(database: PostgresDatabase, database_url: str) -> None:
    changes = PostgresTemplateChanges()
    subscribers = {TEMPLATES_CHANNEL: changes}
    asked = "SELECT count(*) FROM pg_stat_activity WHERE query = $1 AND state = 'idle' AND datname = current_database()"
    async with PostgresNotifications(as_service(database_url), subscribers, seconds_between_questions=0.001):
        await listening(changes)
        before = changes.generation(DEFAULT_WORKSPACE_ID)
        async with database.single_statements() as connection:
            while not await connection.fetchval(asked, QUESTION):
                assert changes.generation(DEFAULT_WORKSPACE_ID) == before
        await stored(units_on(database), a_template())
        await until(lambda: (changes.generation(DEFAULT_WORKSPACE_ID) or 0) > (before or 0))


async def test_a_server_that_is_gone_without_a_word_is_noticed(relay: Relay) -> None:
    changes = PostgresTemplateChanges()
    subscribers = {TEMPLATES_CHANNEL: changes}
    async with PostgresNotifications(relay.url, subscribers, timeout_seconds=1, seconds_between_questions=0.02):
        await listening(changes)
        relay.hang()
        await until(lambda: changes.generation(DEFAULT_WORKSPACE_ID) is None)
        relay.flow()
        await listening(changes)


async def test_a_lost_connection_is_noticed_and_opened_anew(relay: Relay) -> None:
    async with template_changes(relay.url) as changes:
        await listening(changes)
        before = changes.generation(DEFAULT_WORKSPACE_ID)
        await relay.stop()
        await until(lambda: changes.generation(DEFAULT_WORKSPACE_ID) is None)
        await relay.start()
        await listening(changes)
        assert before is not None
        assert (changes.generation(DEFAULT_WORKSPACE_ID) or 0) > before
