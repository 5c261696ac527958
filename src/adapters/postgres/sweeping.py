"""Rows whose time is over, deleted some at a time."""

from typing import Any

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from adapters.postgres.tables.base import Row


async def sweep_rows(
    session: AsyncSession, table: type[Row], key: InstrumentedAttribute[Any], over: ColumnElement[bool], limit: int
) -> int:
    """Delete up to `limit` of the rows that are over, and return how many they were; `key` tells those of `over` apart.

    What somebody has at this moment is left alone.
    """
    keys = select(key).where(over).limit(limit).with_for_update(skip_locked=True)
    swept = delete(table).where(over, key.in_(keys)).returning(key)
    gone = await session.scalars(swept.execution_options(synchronize_session=False))
    count = len(gone.all())
    await session.commit()
    return count
