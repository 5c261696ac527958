"""What the database complains of, in the words of the domain."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

import asyncpg
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DBAPIError, EmulatedDBAPIException, IntegrityError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from domain.errors import DocGenError, InvalidRequestError, ServiceUnavailableError

COMPONENT: Final = "database"

# SQLSTATEs (PostgreSQL documentation, appendix A) that are the state of the server, not a mistake of ours: exact
# codes first, then classes. The sentence follows "The database".
_REASONS: Final[Mapping[str, str]] = {
    "0A000": "was migrated while it was in use; try again",
    "25006": "is read-only at the moment",
    "25P03": "ended a transaction whose next statement did not come in time; try again",
    "3D000": "does not exist on its server; create it, or correct the URL of the database",
    "40001": "undid this transaction in favour of another one; try again",
    "40P01": "undid this transaction in favour of another one; try again",
    "42501": "does not let its user do this; grant the privileges on DocGen's tables",
    "42703": "does not have the tables of this version of DocGen; run 'docgen migrate'",
    "42P01": "does not have the tables of this version of DocGen; run 'docgen migrate'",
    "53100": "has no room left on its disk",
    "53300": "has no connection left; raise its max_connections, or use smaller pools",
    "55P03": "is busy with a change that others wait for; try again",
    "57014": "took too long over a query and gave it up",
    "08": "lost the connection",
    "28": "does not accept the user or password of its URL",
    "53": "is out of resources",
    "57": "is starting, stopping or restarting",
    "58": "has a fault in its system",
}
_DATA_EXCEPTION: Final = "22"
# What the driver says of a connection that it has lost; the second, of one whose server has said so while it was idle.
LOST: Final = (asyncpg.InterfaceError, asyncpg.InternalClientError)


def unavailable(error: BaseException) -> ServiceUnavailableError | None:
    """Translate an error of the driver or the network, or return None where it is not about availability."""
    if isinstance(error, PoolTimeoutError):
        return all_in_use()
    if isinstance(error, TimeoutError):
        return _unavailable("does not answer in time", None)
    if isinstance(error, OSError):
        return _unavailable("cannot be reached", error)
    state = sqlstate_of(error)
    if state is None:
        return None
    reason = _REASONS.get(state) or _REASONS.get(state[:2])
    return _unavailable(reason, error) if reason else None


def all_in_use() -> ServiceUnavailableError:
    """Say that whoever asked for a connection has waited long enough for one."""
    return _unavailable("has too much to do: every connection of the pool is in use", None)


def sqlstate_of(error: BaseException) -> str | None:
    """Return the five characters of the SQLSTATE that an error carries, or None where the server did not speak."""
    state = getattr(_driver_error(error), "sqlstate", None)
    return state if isinstance(state, str) else None


def _driver_error(error: BaseException) -> BaseException:
    if isinstance(error, DBAPIError | EmulatedDBAPIException) and error.orig is not None:
        return error.driver_exception
    return error


def _unavailable(reason: str, error: BaseException | None) -> ServiceUnavailableError:
    detail = f" ({_first_line(error)})" if error is not None else ""
    return ServiceUnavailableError(COMPONENT, f"The database {reason}{detail}.")


def _first_line(error: BaseException) -> str:
    return (str(_driver_error(error)).splitlines() or [type(error).__name__])[0].rstrip(".")


def translate(context: ExceptionContext) -> DocGenError | None:
    """Give the domain's error for a failed statement, for SQLAlchemy's `handle_error` event; None leaves it alone."""
    error = context.original_exception
    if isinstance(error, asyncio.CancelledError):
        return None  # whoever waited gave up: the connection is of no more use, and the database has no fault
    if (sqlstate_of(error) or "").startswith(_DATA_EXCEPTION):
        return _unkept_value(error)
    return unavailable(error) or (_unavailable("lost the connection", error) if context.is_disconnect else None)


def of_refused_row(refusal: asyncpg.PostgresError, errors: Mapping[str, DocGenError]) -> Exception:
    """Give the domain's error for a row that the driver says was refused: a constraint's from `errors`, by its name."""
    if isinstance(refusal, asyncpg.DataError):
        return _unkept_value(refusal)
    found: Exception = errors.get(getattr(refusal, "constraint_name", None) or "", refusal)
    return found


def _unkept_value(error: BaseException) -> InvalidRequestError:
    return InvalidRequestError("request", f"the database cannot keep one of its values: {_first_line(error)}.")


@contextmanager
def connecting() -> Iterator[None]:
    """Translate what the pool raises while it hands out a connection: `translate` hears of statements only."""
    try:
        yield
    except (SQLAlchemyError, OSError, asyncpg.PostgresError, *LOST) as error:
        raise unavailable(error) or _unavailable("gave no connection", error) from error


@contextmanager
def driver_errors() -> Iterator[None]:
    """Translate what the driver raises for a statement that SQLAlchemy does not see."""
    try:
        yield
    except LOST as error:
        raise _unavailable("lost the connection", error) from error
    except (asyncpg.PostgresError, OSError) as error:  # a timeout is an OSError
        failure = unavailable(error)
        if failure is None:
            raise
        raise failure from error


@contextmanager
def violations(errors: Mapping[str, DocGenError]) -> Iterator[None]:
    """Raise, for the violation of a constraint, the error given under the constraint's name."""
    try:
        yield
    except IntegrityError as violation:
        error = errors.get(_constraint_of(violation))
        if error is None:
            raise
        raise error from violation


def _constraint_of(violation: IntegrityError) -> str:
    return getattr(violation.driver_exception, "constraint_name", None) or ""
