"""Row-level security, the second wall: a query that names no workspace sees that of its transaction, or nothing."""

from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import asyncpg
import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import DBAPIError

from adapters.postgres.api_keys import PostgresApiKeyDirectory
from adapters.postgres.database import PostgresDatabase
from adapters.postgres.idempotency_keys import PostgresIdempotencyKeys
from adapters.postgres.migrator import upgrade
from adapters.postgres.rate_buckets import PostgresRateBuckets
from adapters.postgres.roles import grant_service, make_embedded_service, weakness_of
from adapters.postgres.scope import scope_of
from adapters.postgres.tables.access import ApiKeyRow, AuditEventRow
from adapters.postgres.tables.assets import AssetRow
from adapters.postgres.tables.base import Row
from adapters.postgres.tables.batches import BatchChunkRow, BatchItemRow, BatchRow
from adapters.postgres.tables.renders import RenderRow
from adapters.postgres.tables.requests import IdempotencyKeyRow, RateBucketRow
from adapters.postgres.tables.slack import (
    SlackAuthorRow,
    SlackDeliveryRow,
    SlackDraftRow,
    SlackInstallationRow,
    SlackInstallStateRow,
    SlackIntentRow,
)
from adapters.postgres.tables.storage import StorageMarkRow
from adapters.postgres.tables.templates import TemplateRow, TemplateVersionRow
from adapters.postgres.tables.usage import UsageSummedRow, UsageTotalRow
from adapters.postgres.tables.webhooks import WebhookDeliveryRow, WebhookRow
from adapters.postgres.tables.workspaces import DeletedWorkspaceRow, WorkspaceRow, WorkspaceSettingsRow
from adapters.postgres.unit_of_work import PostgresUnitsOfWork
from application.ports.render_repository import UsageFilter
from application.ports.template_repository import TemplateFilter
from domain.batch import BatchChunk
from domain.errors import ServiceUnavailableError
from domain.identifiers import JobId, WorkspaceId
from domain.render_request import RenderStatus
from domain.workspace import Workspace
from tests.builders import (
    DATA,
    NOW,
    a_batch,
    a_batch_item,
    a_delivery,
    a_render_request,
    a_slack_delivery,
    a_slack_draft,
    a_slack_installation,
    a_slack_intent,
    a_template,
    a_version,
    a_webhook,
    an_api_key,
    an_asset,
)
from tests.contracts.audit_log import an_entry
from tests.contracts.rate_buckets import SLOW
from tests.contracts.unit_of_work import stored_workspace
from tests.integration.support.databases import as_service, plain_owner, service_role
from tests.integration.support.relay import relay_to
from tests.integration.support.units import units_on

OF_A_WORKSPACE = (
    TemplateRow,
    TemplateVersionRow,
    RenderRow,
    AssetRow,
    ApiKeyRow,
    AuditEventRow,
    IdempotencyKeyRow,
    RateBucketRow,
    UsageSummedRow,
    UsageTotalRow,
    WorkspaceSettingsRow,
    BatchRow,
    BatchItemRow,
    BatchChunkRow,
    WebhookRow,
    WebhookDeliveryRow,
    SlackAuthorRow,
    SlackInstallationRow,
    SlackInstallStateRow,
    SlackIntentRow,
    SlackDraftRow,
    SlackDeliveryRow,
)


@pytest.fixture
def units(database: PostgresDatabase, administration: PostgresDatabase) -> PostgresUnitsOfWork:
    return units_on(database, administration=administration)


@pytest.fixture
async def workspaces(units: PostgresUnitsOfWork, database: PostgresDatabase) -> list[Workspace]:
    """Two workspaces with one row in every table each."""
    made = [await stored_workspace(units, slug) for slug in ("acme", "globex")]
    for workspace in made:
        template = a_template(workspace_id=workspace.id)
        async with units.of_workspace(workspace.id) as unit:
            await unit.templates.add(template, a_version(template))
            batch = a_batch(template)
            await unit.batches.add(batch)
            await unit.batches.add_items(batch.id, [a_batch_item()])
            await unit.batches.put_chunk(batch.id, BatchChunk(JobId(1), 1, 1))
            await unit.renders.add(a_render_request(template, status=RenderStatus.FAILED), DATA)
            await unit.renders.usage(UsageFilter(NOW.date(), NOW.date()), limit=1)
            await unit.assets.put(an_asset(workspace_id=workspace.id))
            await unit.api_keys.add(an_api_key(workspace_id=workspace.id))
            await unit.audit.record(an_entry(workspace.id))
            await unit.workspace.settings(for_change=True)
            webhook = a_webhook(workspace_id=workspace.id)
            await unit.webhooks.add(webhook)
            await unit.deliveries.add(a_delivery(webhook))
            installation = a_slack_installation(workspace_id=workspace.id, place=f"T-{workspace.slug}")
            await unit.slack_installations.put(installation)
            await unit.slack_installations.set_authors(installation.place, ["U1"])
            await unit.slack_installations.expect("a" * 64, NOW)
            await unit.slack_intents.take(a_slack_intent(workspace_id=workspace.id))
            await unit.slack_drafts.put(a_slack_draft(workspace_id=workspace.id))
            await unit.slack_deliveries.add(a_slack_delivery(workspace_id=workspace.id))
            await unit.commit()
        await PostgresIdempotencyKeys(database).claim(workspace.id, "key", "fingerprint")
        await PostgresRateBuckets(database).take(workspace.id, "caller", 1, SLOW)
    return made


async def counts(database: PostgresDatabase, scope: str = "") -> dict[str, int]:
    """Count what a transaction sees of every table without a WHERE."""
    async with database.session(scope) as session:
        return {
            row.__tablename__: await session.scalar(select(func.count()).select_from(row)) or 0
            for row in (*OF_A_WORKSPACE, WorkspaceRow)
        }


# --- by construction ------------------------------------------------------------------------------------------


async def test_every_table_is_protected_from_its_owner_too(database_url: str) -> None:
    """Whoever adds a table of a workspace and forgets it, hears of it here."""
    connection = await asyncpg.connect(database_url)
    rows = await connection.fetch(
        """
        SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity AS forced,
               array(SELECT polname::text FROM pg_policy WHERE polrelid = c.oid) AS policies
        FROM pg_class AS c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
        """
    )
    await connection.close()
    found = {row["relname"]: row for row in rows if row["relname"] != "alembic_version"}
    assert set(found) == set(Row.metadata.tables)
    for name, row in found.items():
        assert row["forced"], name
        assert {"workspace", "maintenance"} <= set(row["policies"]), name


def test_these_tests_know_every_table() -> None:
    assert {row.__tablename__ for row in (*OF_A_WORKSPACE, WorkspaceRow, DeletedWorkspaceRow, StorageMarkRow)} == set(
        Row.metadata.tables
    )


# --- what a query sees ----------------------------------------------------------------------------------------


async def test_a_query_without_a_where_sees_its_own_workspace_alone(
    database: PostgresDatabase, workspaces: list[Workspace]
) -> None:
    for workspace in workspaces:
        assert set((await counts(database, scope_of(workspace.id))).values()) == {1}


async def test_a_transaction_that_names_no_workspace_sees_nothing(
    database: PostgresDatabase, workspaces: list[Workspace]
) -> None:
    assert set((await counts(database)).values()) == {0}
    nobody = WorkspaceId("wsp_" + "f" * 32)
    assert set((await counts(database, scope_of(nobody))).values()) == {0}


async def test_a_change_without_a_where_changes_its_own_workspace_alone(
    database: PostgresDatabase, administration: PostgresDatabase, workspaces: list[Workspace]
) -> None:
    async with database.session(scope_of(workspaces[0].id)) as session:
        await session.execute(update(TemplateRow).values(name="changed"))
        await session.execute(text("DELETE FROM assets"))
        await session.commit()
    async with administration.session() as session:
        names = set(await session.scalars(select(TemplateRow.name)))
        owners = set(await session.scalars(select(AssetRow.workspace_id)))
    assert names == {"changed", "Offer letter"}
    assert owners == {workspaces[1].id}


async def test_nothing_of_a_deleted_workspace_stays_in_any_table(
    units: PostgresUnitsOfWork, database: PostgresDatabase, workspaces: list[Workspace]
) -> None:
    gone, other = workspaces
    async with units.of_administration() as unit:
        await unit.workspaces.delete(gone.slug)
        await unit.commit()
    assert set((await counts(database, scope_of(gone.id))).values()) == {0}
    assert set((await counts(database, scope_of(other.id))).values()) == {1}


async def test_a_row_cannot_be_put_into_another_workspace(
    database: PostgresDatabase, workspaces: list[Workspace]
) -> None:
    mine, other = workspaces
    for statement in (
        f"INSERT INTO assets SELECT '{other.id}', 'x.png', 'x', 1, 'x', now(), now(), 'x'",
        f"UPDATE assets SET workspace_id = '{other.id}'",
    ):
        async with database.session(scope_of(mine.id)) as session:
            with pytest.raises((DBAPIError, ServiceUnavailableError), match="row-level security"):
                await session.execute(text(statement))


async def test_the_scope_ends_with_its_transaction(database_url: str, workspaces: list[Workspace]) -> None:
    """One connection serves everybody in turn."""
    async with PostgresDatabase(as_service(database_url), pool_size=1) as database:
        units = units_on(database)
        for workspace in (*workspaces, *workspaces):
            async with units.of_workspace(workspace.id) as unit:
                found = await unit.templates.search(TemplateFilter(), limit=10)
                assert [template.workspace_id for template in found] == [workspace.id]
                await unit.commit()
                assert len(await unit.templates.search(TemplateFilter(), limit=10)) == 1
            assert set((await counts(database)).values()) == {0}
            async with database.single_statements() as connection:
                assert await connection.fetchval("SELECT count(*) FROM templates") == 0


@pytest.mark.parametrize("text_", ["", "wsp_x", "wsp_' OR true --", "tpl_" + "0" * 32])
def test_only_an_identifier_becomes_a_scope(text_: str) -> None:
    with pytest.raises(ValueError, match="not the identifier"):
        scope_of(WorkspaceId(text_))


# --- what the service's role can do ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE templates DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE templates NO FORCE ROW LEVEL SECURITY",
        "DROP POLICY workspace ON templates",
        "CREATE POLICY everything ON templates USING (true)",
        "ALTER ROLE CURRENT_USER BYPASSRLS",
        "ALTER ROLE CURRENT_USER SUPERUSER",
        "SET ROLE postgres",
        "TRUNCATE templates",
        "DELETE FROM workspaces",
        "INSERT INTO workspaces VALUES ('wsp_1', 'x', 'X', now())",
        "DELETE FROM api_keys",
        "DELETE FROM audit_events",
        "UPDATE audit_events SET actor = 'somebody else'",
        "CREATE TABLE mine (a int)",
        "UPDATE alembic_version SET version_num = 'x'",
        "CREATE OR REPLACE FUNCTION find_api_key(wanted text) RETURNS text LANGUAGE sql AS 'SELECT 1'",
    ],
)
async def test_the_role_of_the_service_cannot_pull_the_wall_down(database_url: str, statement: str) -> None:
    connection = await asyncpg.connect(as_service(database_url))
    with pytest.raises((asyncpg.InsufficientPrivilegeError, asyncpg.InvalidParameterValueError)):
        await connection.execute(statement)
    await connection.close()


async def test_no_setting_shows_more_to_the_role_of_the_service(database_url: str, workspaces: list[Workspace]) -> None:
    connection = await asyncpg.connect(as_service(database_url))
    await connection.execute("SET docgen.maintenance = 'on'")
    for table in Row.metadata.tables:
        assert await connection.fetchval(f"SELECT count(*) FROM {table}") == 0
    await connection.execute("SET row_security = off")
    for table in Row.metadata.tables:
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
            await connection.fetchval(f"SELECT count(*) FROM {table}")
    await connection.close()


async def test_a_key_is_seen_by_its_hash_alone(
    database: PostgresDatabase, units: PostgresUnitsOfWork, workspaces: list[Workspace]
) -> None:
    key = an_api_key(workspace_id=workspaces[0].id, last_used_at=NOW)
    async with units.of_workspace(key.workspace_id) as unit:
        await unit.api_keys.add(key)
        await unit.commit()
    async with database.single_statements() as connection:
        row = await connection.fetchrow("SELECT * FROM find_api_key($1)", key.sha256)
        assert (row["id"], row["workspace"]) == (key.id, "acme")
        assert await connection.fetchval("SELECT count(*) FROM find_api_key('')") == 0
        assert await connection.fetchval("SELECT count(*) FROM api_keys") == 0
        assert await connection.fetchval("SELECT count(*) FROM workspaces") == 0


# --- what it costs --------------------------------------------------------------------------------------------


async def test_naming_the_workspace_takes_no_round_trip_of_its_own(database_url: str) -> None:
    """BEGIN with the workspace, SELECT, COMMIT; and one for a key, of which nothing is kept."""
    workspace_id = WorkspaceId("wsp_" + "0" * 32)
    async with relay_to(as_service(database_url)) as relay, PostgresDatabase(relay.url, pool_size=1) as database:
        units, directory = units_on(database), PostgresApiKeyDirectory(database)

        async def read() -> None:
            async with units.of_workspace(workspace_id) as unit:
                await unit.templates.search(TemplateFilter(), limit=1)
                await unit.commit()

        async def look_up() -> None:
            assert await directory.find("0" * 64) is None

        for work, expected in ((read, 3), (look_up, 1)):
            await work()  # the first time statements are prepared
            relay.round_trips, relay.statements = 0, []
            await work()
            assert relay.round_trips == expected
            named = [each for each in relay.statements if each.startswith("BEGIN; SET LOCAL docgen.workspace_id")]
            assert len(named) == (work is read)


# --- the owner ------------------------------------------------------------------------------------------------


@pytest.fixture
async def plain_owner_url(postgres_server_url: str) -> AsyncIterator[str]:
    """A database whose owner is no superuser, as on most servers that are not one's own."""
    async with plain_owner(postgres_server_url) as url:
        yield url


async def test_an_owner_who_is_no_superuser_can_migrate_and_administrate(plain_owner_url: str) -> None:
    await upgrade(plain_owner_url)
    async with PostgresDatabase(plain_owner_url) as database:
        units = units_on(database)
        acme, globex = [await stored_workspace(units, slug) for slug in ("acme", "globex")]
        for workspace in (acme, globex):
            template = a_template(workspace_id=workspace.id)
            async with units.of_workspace(workspace.id) as unit:
                await unit.templates.add(template, a_version(template))
                await unit.commit()
        assert set((await counts(database)).values()) == {0}
        assert (await counts(database, scope_of(acme.id)))["templates"] == 1
        async with units.of_administration() as unit:
            await unit.workspaces.delete(acme.slug)
            await unit.commit()
            assert [workspace.slug for workspace in await unit.workspaces.all()] == ["default", "globex"]
        assert (await counts(database, scope_of(globex.id)))["templates"] == 1


async def test_a_role_for_which_the_wall_does_not_stand_is_told_apart(
    database_url: str, plain_owner_url: str, postgres_server_url: str
) -> None:
    assert await weakness_of(database_url, service_role(database_url)) is None
    await upgrade(plain_owner_url)
    assert "owns the tables" in (await weakness_of(plain_owner_url, urlsplit(plain_owner_url).username or "") or "")
    superuser = urlsplit(postgres_server_url).username or ""
    assert "superuser" in (await weakness_of(database_url, superuser) or "")


async def test_a_role_that_is_not_there_is_said_with_how_to_create_it(database_url: str) -> None:
    with pytest.raises(ServiceUnavailableError, match='CREATE ROLE "no ""such"" role" LOGIN'):
        await grant_service(database_url, 'no "such" role')


async def test_the_embedded_database_gets_a_role_for_the_service(database_url: str) -> None:
    """Repeated with every command, also by several at once."""
    url = await make_embedded_service(database_url)
    assert await make_embedded_service(database_url) == url
    connection = await asyncpg.connect(url)
    try:
        assert await connection.fetchval("SELECT current_user") == "docgen_service"
        assert await connection.fetchval("SELECT count(*) FROM workspaces") == 0
    finally:
        await connection.close()
        owner = await asyncpg.connect(database_url)
        await owner.execute("DROP OWNED BY docgen_service")
        await owner.close()
    assert await weakness_of(database_url, "docgen_service") is None
