"""Which column of a table leads to which place in the data."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from domain.data_path import Each, Step, parse_path
from domain.diagnostics import Diagnostic, Severity
from domain.errors import RowsInvalidError
from domain.near_names import did_you_mean
from domain.placeholder import Placeholder, PlaceholderKind
from domain.row_path import RowPath, format_row_path, leads_above, leads_below, leads_to, parse_row_path
from domain.rows import ERROR_COLUMN, ROW_COLUMN, RowWishes

# Findings about a header that are told.
_TOLD: Final = 50
# Names in one sentence.
_SHOWN_NAMES: Final = 20


@dataclass(frozen=True, slots=True)
class Column:
    """A column that gives a value: its place in the row (from 0), its name, and where its value goes.

    `declared` says that the template's author has named the kind; `choices` are the values that are allowed then.
    """

    index: int
    name: str
    path: RowPath
    kind: PlaceholderKind
    declared: bool = False
    choices: tuple[object, ...] = ()


@dataclass(frozen=True, slots=True)
class ColumnPlan:
    """What becomes of a row: `columns` give values, `ignored` do not; `key` and `row` are places in the row.

    `row` is there in a file of failed rows: it says which row of the first file this is. `required` are the places
    without which a row may be refused.
    """

    columns: tuple[Column, ...]
    width: int
    ignored: tuple[str, ...] = ()
    key: int | None = None
    row: int | None = None
    required: tuple[tuple[Step, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class _Known:
    steps: tuple[Step, ...]
    placeholder: Placeholder


def plan_columns(header: Sequence[str], placeholders: Iterable[Placeholder], wishes: RowWishes) -> ColumnPlan:
    """Lead every column of a header to its place.

    A name that is a path leads there; one that differs from a path in capitals and signs alone ('First name' for
    first_name) does too; what `wishes` say comes first.

    Raises:
        RowsInvalidError: a column leads nowhere, stands there twice or against another one; all of them are told.
    """
    known = [_Known(parse_path(each.path), each) for each in placeholders]
    planner = _Planner(tuple(name.strip() for name in header), known, wishes)
    plan = planner.plan()
    if planner.found:
        raise _invalid(planner.found)
    return plan


class _Planner:
    def __init__(self, header: tuple[str, ...], known: list[_Known], wishes: RowWishes) -> None:
        self.found: list[Diagnostic] = []
        self._header = header
        self._known = known
        self._wishes = wishes
        self._alike = _alike(known)

    def plan(self) -> ColumnPlan:
        names = self._named()
        key = self._key(names)
        columns, ignored = list[Column](), list[str]()
        for index, name in names.items():
            if name in (ROW_COLUMN, ERROR_COLUMN):
                continue
            column = self._column(index, name, is_key=index == key)
            if column is None:
                ignored.append(name)
            else:
                columns.append(column)
        self._refuse_conflicts(columns)
        self._refuse_gaps(columns)
        required = tuple(each.steps for each in self._known if each.placeholder.required)
        row = next((index for index, name in names.items() if name == ROW_COLUMN), None)
        return ColumnPlan(tuple(columns), len(self._header), tuple(ignored), key, row, required)

    def _named(self) -> dict[int, str]:
        """Return the columns that have a name; a column without one is none, unless cells below it say otherwise."""
        names = {index: name for index, name in enumerate(self._header) if name}
        for name, count in Counter(names.values()).items():
            if count > 1:
                self._complain("duplicate-column", f"The column {name!r} stands there {count} times.", "Rename one.")
        for name in self._wishes.mapping:
            if name not in names.values():
                advice = did_you_mean(name, names.values()) or f"The columns are: {_listed(names.values())}."
                self._complain("unknown-column", f"The mapping names a column {name!r}, which is not there.", advice)
        return names

    def _key(self, names: Mapping[int, str]) -> int | None:
        wish = self._wishes.key
        if wish is None:
            return None
        for index, name in names.items():
            if wish in (name, self._wishes.mapping.get(name)):
                return index
        advice = did_you_mean(wish, names.values()) or f"The columns are: {_listed(names.values())}."
        self._complain("unknown-column", f"The key is to be the column {wish!r}, which is not there.", advice)
        return None

    def _column(self, index: int, name: str, *, is_key: bool) -> Column | None:
        if name in self._wishes.mapping:
            said = self._wishes.mapping[name]
            return None if said is None else self._led(index, name, said)
        if column := self._by_itself(index, name):
            return column
        if not is_key and not self._wishes.ignore_unknown:
            self._complain("unknown-column", f"The template does not use the column {name!r}.", self._advice(name))
        return None

    def _led(self, index: int, name: str, said: str) -> Column | None:
        """Return the column as the mapping leads it; a path that the template does not use is one of a slip."""
        try:
            path = parse_row_path(said)
        except ValueError as error:
            self._complain("bad-mapping", f"The mapping of the column {name!r}: {error}", "Write customer.name.")
            return None
        column = self._at(index, name, path)
        if column is None:
            message = f"The mapping leads the column {name!r} to {said}, which the template does not use."
            self._complain("unknown-path", message, did_you_mean(said, self._paths()) or "Correct the path.")
        return column

    def _by_itself(self, index: int, name: str) -> Column | None:
        try:
            path = parse_row_path(name)
        except ValueError:
            path = ()
        column = self._at(index, name, path) if path else None
        same = self._alike.get(_folded(name), set()) if column is None else set()
        return self._at(index, name, next(iter(same))) if len(same) == 1 else column

    def _at(self, index: int, name: str, path: RowPath) -> Column | None:
        for known in self._known:
            if leads_to(path, known.steps):
                placeholder = known.placeholder
                choices = tuple(placeholder.facts.get("enum", ()))
                return Column(index, name, path, placeholder.kind, placeholder.declared, choices)
        for known in self._known:
            if leads_below(path, known.steps) and known.placeholder.kind in _HOLDING:
                return Column(index, name, path, PlaceholderKind.ANY)
            if leads_above(path, known.steps):
                inner = known.steps[len(path)]
                kind = PlaceholderKind.LIST if inner is Each.ITEM else PlaceholderKind.OBJECT
                return Column(index, name, path, kind)
        return None

    def _refuse_conflicts(self, columns: Iterable[Column]) -> None:
        """Refuse two columns for one value, and one that gives what another one gives a part of."""
        ordered = sorted(columns, key=lambda column: [str(step) for step in column.path])
        for one, other in pairwise(ordered):
            if other.path[: len(one.path)] != one.path or one.name == other.name:
                continue
            where = format_row_path(one.path)
            what = (
                f"both lead to {where}" if one.path == other.path else f"{where} and a part of it cannot both be given"
            )
            self._complain(
                "column-conflict",
                f"The columns {one.name!r} and {other.name!r}: {what}.",
                "Leave one of them out, or map it to another path.",
            )

    def _refuse_gaps(self, columns: Iterable[Column]) -> None:
        """Refuse items[2] without items[1]: an item in between would have no values."""
        numbers: dict[RowPath, set[int]] = {}
        for column in columns:
            for position, step in enumerate(column.path):
                if isinstance(step, int):
                    numbers.setdefault(column.path[:position], set()).add(step)
        for path, found in numbers.items():
            missing = next((number for number in range(len(found)) if number not in found), None)
            if missing is not None:
                where = format_row_path(path)
                message = f"There is a column for {where}[{max(found)}] and none for {where}[{missing}]."
                self._complain("column-gap", message, "Number the items from 0 without gaps.")

    def _advice(self, name: str) -> str:
        near = did_you_mean(
            name, [*self._paths(), *(format_row_path(path) for paths in self._alike.values() for path in paths)]
        )
        ways = "Rename it, map it to a path, map it to nothing, or have unknown columns ignored."
        return f"{near} {ways}" if near else f"{ways} The template uses: {_listed(self._paths())}."

    def _paths(self) -> list[str]:
        return [known.placeholder.path for known in self._known]

    def _complain(self, code: str, message: str, suggestion: str) -> None:
        self.found.append(Diagnostic(Severity.ERROR, code, message, suggestion))


# What a template may print or look into as a whole.
_HOLDING: Final = frozenset(
    {
        PlaceholderKind.ANY,
        PlaceholderKind.OBJECT,
        PlaceholderKind.LIST,
        PlaceholderKind.IMAGE,
        PlaceholderKind.RICH_TEXT,
        PlaceholderKind.URL,
    }
)


def _alike(known: Iterable[_Known]) -> dict[str, set[RowPath]]:
    """Group paths without lists by their letters and digits alone."""
    found: dict[str, set[RowPath]] = {}
    for each in known:
        path = tuple(step for step in each.steps if isinstance(step, str))
        if len(path) == len(each.steps):
            found.setdefault(_folded(each.placeholder.path), set()).add(path)
    return found


def _folded(name: str) -> str:
    return "".join(sign for sign in name.casefold() if sign.isalnum())


def _listed(names: Iterable[str]) -> str:
    some = list(dict.fromkeys(names))
    more = f" and {len(some) - _SHOWN_NAMES} more" if len(some) > _SHOWN_NAMES else ""
    return ", ".join(some[:_SHOWN_NAMES]) + more


def _invalid(found: list[Diagnostic]) -> RowsInvalidError:
    more = f" (and {len(found) - 1} more findings)" if len(found) > 1 else ""
    return RowsInvalidError(f"The columns do not fit the template: {found[0].message}{more}", found[:_TOLD])
