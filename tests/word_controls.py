"""Content controls of Word for tests, written as Word writes them."""

from itertools import count

from tests.word_files import p, r

W15 = "http://schemas.microsoft.com/office/word/2012/wordml"
PROMPT = "Click or tap here to enter text."
_numbers = count(1001)


def control(  # as many as Word has
    tag: str,
    *content: str,
    kind: str = "<w:text/>",
    prompt: bool | None = None,
    properties: str = "",
    more: str = "",
) -> str:
    """Write a control; without `content` it shows its prompt in a run. `properties` format what is typed into it."""
    shows = not content if prompt is None else prompt
    inner = "".join(content) or r(PROMPT, '<w:rStyle w:val="PlaceholderText"/>')
    styled = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    named = f'<w:alias w:val="Title"/><w:tag w:val="{tag}"/>' if tag else ""
    marked = "<w:showingPlcHdr/>" if shows else ""
    number = f'<w:id w:val="{next(_numbers)}"/>'
    return (
        f"<w:sdt><w:sdtPr>{styled}{named}{number}{more}{marked}{kind}</w:sdtPr>"
        f"<w:sdtContent>{inner}</w:sdtContent></w:sdt>"
    )


def date_control(tag: str, picture: str, language: str = "en-GB", **more: str) -> str:
    """Write a control for a date."""
    kind = (
        f'<w:date w:fullDate="2020-01-01T00:00:00Z"><w:dateFormat w:val="{picture}"/><w:lid w:val="{language}"/>'
        '<w:storeMappedDataAs w:val="dateTime"/><w:calendar w:val="gregorian"/></w:date>'
    )
    return control(tag, kind=kind, **more)


def checkbox(tag: str, *, ticked: bool = False, states: str = "") -> str:
    """Write a checkbox."""
    drawn = states or (
        '<w14:checkedState w14:val="2612" w14:font="MS Gothic"/>'
        '<w14:uncheckedState w14:val="2610" w14:font="MS Gothic"/>'
    )
    kind = f'<w14:checkbox><w14:checked w14:val="{int(ticked)}"/>{drawn}</w14:checkbox>'
    fonts = '<w:rFonts w:ascii="MS Gothic" w:eastAsia="MS Gothic" w:hAnsi="MS Gothic" w:hint="eastAsia"/>'
    return control(tag, r("\u2612" if ticked else "\u2610", f"{fonts}<w:b/>"), kind=kind)


def choice(tag: str, *items: tuple[str, str], name: str = "dropDownList", shown: str | None = None) -> str:
    """Write a drop-down list or a combo box of values and what is shown for them."""
    listed = "".join(f'<w:listItem w:displayText="{text}" w:value="{value}"/>' for value, text in items)
    kind = f'<w:{name}><w:listItem w:value="{PROMPT}"/>{listed}</w:{name}>'
    return control(tag, *([] if shown is None else [r(shown)]), kind=kind)


def section(tag: str, *items: str) -> str:
    """Write a repeating section of items, whose contents are paragraphs or rows."""
    item = f'<w15:repeatingSectionItem xmlns:w15="{W15}"/>'
    wrapped = [control("", each, kind=item) for each in items]
    return control(tag, *wrapped, kind=f'<w15:repeatingSection xmlns:w15="{W15}"/>')


def in_paragraphs(*controls: str) -> list[str]:
    """Put each control into a paragraph of its own, behind a word."""
    return [p(r("a "), each) for each in controls]
