"""The offer letter: two pages, a loop over paragraphs, conditions around paragraphs and around a table row."""

from docx.document import Document
from docx.table import _Cell

from examples.builder.blocks import Piece, add_row, add_table, set_look, write, write_cut
from examples.builder.letterhead import add_address, add_letterhead
from examples.builder.package import new_document

_ADDRESS = (
    "{{ candidate.name }}",
    "{{ candidate.address.street }}",
    "{% if candidate.address.extra %}",
    "{{ candidate.address.extra }}",
    "{% endif %}",
    "{{ candidate.address.city }}",
    "{{ candidate.address.postcode }}",
)
_REFERENCES: tuple[tuple[str, Piece], ...] = (
    ("Date", "{{ date }}"),
    ("Our reference", "{{ reference }}"),
    ("Your contact", "{{ contact.name }}"),
    ("Telephone", "{{ contact.phone }}"),
    ("E-mail", "{{ contact.email }}"),
)
_TERMS: tuple[tuple[str, Piece], ...] = (
    ("Position", ("{{ position.title }}", "Strong")),
    ("Department", "{{ position.department }}, reporting to {{ position.manager }}"),
    ("Starting date", "{{ position.start_date }}"),
    ("Place of work", "{{ position.location }}"),
    (
        "Working time",
        "{{ position.weekly_hours }} hours a week, {{ position.working_days | default('Monday to Friday') }}",
    ),
    ("Salary", "{{ salary.currency }} {{ salary.amount }} gross a year, paid monthly in arrears"),
    # The row appears only with a bonus: its condition opens in the first cell and closes in the last.
    (
        "{% if salary.bonus_percent %}Bonus",
        "Up to {{ salary.bonus_percent }} % of the annual salary, by agreed goals{% endif %}",
    ),
    ("Annual leave", "{{ leave_days }} working days, and public holidays"),
    ("Notice", "{{ notice_period }} on either side"),
)


def offer_letter() -> Document:
    """Build the template; its data are described by `offer-letter.json`."""
    document = new_document("Offer of employment: {{ candidate.name }}", "{{ position.title }}")
    add_letterhead(
        document, running="Offer of employment for {{ candidate.name }}", reference="Our reference {{ reference }}"
    )
    add_address(document, _ADDRESS, _REFERENCES)
    _opening(document)
    _terms(document)
    _benefits(document)
    _probation(document)
    _duties(document)
    _conditions(document)
    _closing(document)
    _acceptance(document)
    return document


def _opening(document: Document) -> None:
    write(document, "Title", "Your offer as {{ position.title }}")
    salutation = write(document, "Salutation", "Dear ")
    # Written, corrected and coloured by the spell checker: one placeholder in four runs.
    write_cut(salutation, "{{ candi", "date.salu", "tation", " }},")
    write(
        document,
        "Body Text",
        "Thank you for the good conversations of the past weeks. You convinced all of us, and we are delighted to offer"
        " you the position of ",
        ("{{ position.title }}", "Strong"),
        " in our {{ position.department }} team. This letter sums up what we agreed.",
    )


def _terms(document: Document) -> None:
    write(document, "heading 1", "Terms of employment")
    table = add_table(document, "Ruled Table", (38, 127))
    for label, value in _TERMS:
        add_row(table, (("Table Label", label), ("Table Text", value)))
    set_look(table)


def _benefits(document: Document) -> None:
    write(document, "heading 1", "Your benefits")
    write_cut(write(document, "Body Text"), "{% for benefit in ", "benefits", " %}")
    write(document, "List Bullet", ("{{ benefit.name }}: ", "Strong"), "{{ benefit.detail }}")
    write(document, "Body Text", "{% endfor %}")


def _probation(document: Document) -> None:
    write(document, "Body Text", "{% if probation %}")
    write(document, "heading 1", "Probation period")
    write(
        document,
        "Body Text",
        "The first {{ probation.months }} months are a probation period. During this time either side may end the"
        " employment with {{ probation.notice }} notice.",
    )
    write(document, "Body Text", "{% endif %}")


def _duties(document: Document) -> None:
    write(document, "heading 1", "Confidentiality and inventions")
    write(
        document,
        "Body Text",
        "You will see drawings, measurements and prices of our customers and of our own. Please keep them to yourself,"
        " during the employment and after it. Inventions that you make in the course of your work belong to Kestrel &"
        " Vane; your name stays on them, and we pay the reward that our rules for inventors set out. We keep your"
        " personal data for the purposes of the employment alone, as our privacy notice for staff describes.",
    )


def _conditions(document: Document) -> None:
    write(document, "heading 1", "Before you start")
    write(
        document,
        "Body Text",
        "The offer is subject to proof of your right to work in the United Kingdom"
        "{% if conditions %}, and to:{% else %}.{% endif %}",
    )
    write(document, "Body Text", "{% if conditions %}")
    write(document, "Body Text", "{% for condition in conditions %}")
    write(document, "List Bullet", "{{ condition }}")
    write(document, "Body Text", "{% endfor %}")
    write(document, "Body Text", "{% endif %}")


def _closing(document: Document) -> None:
    write(document, "heading 1", "How to accept")
    deadline = write(document, "Body Text", "Please sign the copy of this letter and return it to us by ")
    write_cut(deadline, "{{ reply", "_by }}", style="Strong")
    deadline.add_run(
        ". If anything is unclear, call {{ contact.name }} on {{ contact.phone }}; a short question is better than a"
        " long doubt. We look forward to working with you."
    )
    deadline.paragraph_format.keep_with_next = True  # no signature stands alone on a page
    write(document, "Closing", "Yours sincerely")
    _signatures(document)


def _acceptance(document: Document) -> None:
    write(document, "heading 1", "Acceptance")
    write(document, "Closing", "I accept the offer of {{ date }} on the terms above.")
    table = add_table(document, "Layout Table", (70, 15, 70))
    place, _, candidate = add_row(table).cells
    _signature(place, "Place and date", "")
    _signature(candidate, "{{ candidate.name }}", "")
    write(document, "Reference End")


def _signatures(document: Document) -> None:
    table = add_table(document, "Layout Table", (70, 15, 70))
    left, _, right = add_row(table).cells
    _signature(left, "{{ signatories.management.name }}", "{{ signatories.management.role }}")
    _signature(right, "{{ signatories.people.name }}", "{{ signatories.people.role }}")
    write(document, "Reference End")


def _signature(cell: _Cell, name: str, role: str) -> None:
    write(cell, "Signature Line")
    write(cell, "Signature", (name, "Strong") if role else name)
    if role:
        write(cell, "Signature", (role, "Subtle Emphasis"))
