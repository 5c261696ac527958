"""Fields of Word for tests, written as Word writes them."""

from tests.word_files import r

_CHAR = '<w:r>{0}<w:fldChar w:fldCharType="{1}"/></w:r>'


def _styled(properties: str) -> str:
    return f"<w:rPr>{properties}</w:rPr>" if properties else ""


def _escaped(code: str) -> str:
    return code.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def instruction(code: str, properties: str = "") -> str:
    """Write a run with a piece of a field's code."""
    text = f'<w:instrText xml:space="preserve">{_escaped(code)}</w:instrText>'
    return f"<w:r>{_styled(properties)}{text}</w:r>"


def complex_field(*code: str, result: str | None = "«value»", properties: str = "", shown: str = "") -> str:
    """Write a complex field; a piece of its code that is XML stands as it is, such as a field in it.

    `properties` format the code, `shown` the result; None is a field without a result.
    """
    begin, separate, end = (_CHAR.format(_styled(properties), kind) for kind in ("begin", "separate", "end"))
    pieces = "".join(each if each.startswith("<w:") else instruction(each, properties) for each in code)
    results = "" if result is None else separate + (result if result.startswith("<w:") else r(result, shown))
    return begin + pieces + results + end


def simple_field(code: str, result: str = "«value»", shown: str = "") -> str:
    """Write a simple field."""
    attribute = _escaped(code).replace('"', "&quot;")
    return f'<w:fldSimple w:instr="{attribute}">{r(result, shown)}</w:fldSimple>'


def merge_field(name: str, switches: str = "", **formats: str) -> str:
    """Write a complex merge field."""
    return complex_field(f" MERGEFIELD {name} {switches} ", result=f"«{name}»", **formats)
