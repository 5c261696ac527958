"""What all tables have in common: types of columns, and the rows' base."""

from datetime import datetime
from typing import Annotated, Any, ClassVar

from sqlalchemy import (
    JSON,
    BigInteger,
    BindParameter,
    ColumnElement,
    DateTime,
    MetaData,
    Text,
    cast,
    type_coerce,
)
from sqlalchemy.orm import DeclarativeBase, mapped_column
from sqlalchemy.types import UserDefinedType
from typing_extensions import override

NAMING_CONVENTION = {
    "pk": "pk_%(table_name)s",
    "fk": "fk_%(table_name)s_%(referred_table_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
}


class JsonText(UserDefinedType[str]):
    """JSON that PostgreSQL checks, and that is read as the very text that was written.

    `jsonb` would reorder keys and refuse NUL, and SQLAlchemy's own type would parse and write it anew.
    """

    cache_ok = True

    @override
    def get_col_spec(self, **kw: Any) -> str:
        """Name the column's type in DDL."""
        return "JSON"

    @override
    def bind_expression(self, bindvalue: BindParameter[str]) -> ColumnElement[str]:
        return cast(type_coerce(bindvalue, Text), JSON)

    @override
    def column_expression(self, colexpr: ColumnElement[str]) -> ColumnElement[str]:
        return cast(colexpr, Text)


# Identifiers, slugs and hashes compare byte by byte on every server, so that their order is that of time.
Code = Annotated[str, mapped_column(Text(collation="C"))]
CodeKey = Annotated[str, mapped_column(Text(collation="C"), primary_key=True)]
Json = Annotated[str, mapped_column(JsonText)]
ByteCount = Annotated[int, mapped_column(BigInteger)]


# The values of a row by the names of its columns, for inserts and updates alike.
Columns = dict[str, Any]


class Row(DeclarativeBase):
    """A row; its times are kept with time zone."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)
    type_annotation_map: ClassVar[dict[Any, Any]] = {str: Text, datetime: DateTime(timezone=True)}
