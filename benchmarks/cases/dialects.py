"""How each family of engines writes a value and a repeated row."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Final, Protocol
from xml.sax.saxutils import escape

from typing_extensions import override

from benchmarks.cases.package import cell, row, run


class Dialect(Protocol):
    """Writes the runs of a template."""

    @abstractmethod
    def value(self, key: str, properties: str) -> str:
        """Return the run for a value of the data."""

    @abstractmethod
    def rows(self, name: str, columns: Sequence[str], properties: str) -> str:
        """Return the table rows that repeat for each object in a list; `properties` are those of every run."""


class Jinja(Dialect):
    """python-docx-template and those that read its templates."""

    @override
    def value(self, key: str, properties: str) -> str:
        return run(f"{{{{ {key} }}}}", properties)

    @override
    def rows(self, name: str, columns: Sequence[str], properties: str) -> str:
        cells = "".join(cell(run(f"{{{{ row.{column} }}}}", properties)) for column in columns)
        opening, closing = run(f"{{%tr for row in {name} %}}", ""), run("{%tr endfor %}", "")
        return row(cell(opening)) + row(cells) + row(cell(closing))


class Mustache(Dialect):
    """docxtemplater and easy-template-x."""

    @override
    def value(self, key: str, properties: str) -> str:
        return run(f"{{{key}}}", properties)

    @override
    def rows(self, name: str, columns: Sequence[str], properties: str) -> str:
        texts = [f"{{{column}}}" for column in columns]
        texts[0] = f"{{#{name}}}{texts[0]}"
        texts[-1] = f"{texts[-1]}{{/{name}}}"
        return row("".join(cell(run(text, properties)) for text in texts))


class Carbone(Dialect):
    """carbone: the second row says what the first one is repeated over."""

    @override
    def value(self, key: str, properties: str) -> str:
        return run(f"{{d.{key}}}", properties)

    @override
    def rows(self, name: str, columns: Sequence[str], properties: str) -> str:
        return "".join(
            row("".join(cell(run(f"{{d.{name}[{index}].{column}}}", properties)) for column in columns))
            for index in ("i", "i+1")
        )


class MergeFields(Dialect):
    """Word's own merge fields."""

    @override
    def value(self, key: str, properties: str) -> str:
        return f'<w:fldSimple w:instr=" MERGEFIELD {escape(key)} ">{run(f"«{key}»", properties)}</w:fldSimple>'

    @override
    def rows(self, name: str, columns: Sequence[str], properties: str) -> str:
        return row("".join(cell(self.value(column, properties)) for column in columns))


DIALECTS: Final[dict[str, Dialect]] = {
    "jinja": Jinja(),
    "mustache": Mustache(),
    "carbone": Carbone(),
    "merge-fields": MergeFields(),
}
