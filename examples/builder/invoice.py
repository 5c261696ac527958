"""The invoice: a table of positions that grows, totals with a discount and several tax rates, the way to pay."""

from docx.document import Document

from examples.builder.blocks import Piece, add_row, add_table, keep_together, set_look, write, write_cut
from examples.builder.letterhead import add_address, add_letterhead
from examples.builder.package import new_document

_ADDRESS = (
    "{{ customer.company }}",
    "{% if customer.attention %}",
    "For the attention of {{ customer.attention }}",
    "{% endif %}",
    "{{ customer.address.street }}",
    "{{ customer.address.city }}",
    "{{ customer.address.postcode }}",
)
_REFERENCES: tuple[tuple[str, Piece], ...] = (
    ("Invoice number", ("{{ invoice.number }}", "Strong")),
    ("Invoice date", "{{ invoice.date }}"),
    ("Date of supply", "{{ invoice.supply_date }}"),
    ("Customer number", "{{ customer.number }}"),
    ("Your order", "{{ order.number }}"),
    ("Your VAT number", "{{ customer.vat_number | default('not given') }}"),
)
_POSITIONS = (11, 73, 21, 12, 24, 24)
_TOTALS = (68, 30)
_PAYMENT: tuple[tuple[str, Piece, str, Piece], ...] = (
    (
        "Amount",
        ("{{ invoice.currency }} {{ totals.gross }}", "Strong"),
        "Account",
        "{{ bank.account_name }}, {{ bank.name }}",
    ),
    ("Due", ("{{ invoice.due_date }}", "Strong"), "IBAN", "{{ bank.iban }}"),
    ("Reference", "{{ invoice.number }}", "BIC", "{{ bank.bic }}"),
)


def invoice() -> Document:
    """Build the template; its data are described by `invoice.json`."""
    document = new_document("Invoice {{ invoice.number }}", "{{ customer.company }}")
    add_letterhead(
        document,
        running="Invoice {{ invoice.number }} of {{ invoice.date }}",
        reference="Invoice {{ invoice.number }}",
    )
    add_address(document, _ADDRESS, _REFERENCES)
    _opening(document)
    _positions(document)
    _totals(document)
    _payment(document)
    _remark(document)
    return document


def _opening(document: Document) -> None:
    write_cut(write(document, "Title", "Invoice "), "{{ ", "invoice.num", "ber }}")
    write(
        document,
        "Body Text",
        "Thank you for your order {{ order.number }} of {{ order.date }}. We delivered the following"
        "{% if items | length > 1 %} {{ items | length }} items{% else %} item{% endif %}:",
    )


def _positions(document: Document) -> None:
    """One row for each item: the loop opens in the row's first cell and closes in its last."""
    table = add_table(document, "Ruled Table", _POSITIONS)
    headings = (
        ("Table Heading", "Pos."),
        ("Table Heading", "Description"),
        ("Table Heading Number", "Quantity"),
        ("Table Heading", "Unit"),
        ("Table Heading Number", "Price, {{ invoice.currency }}"),
        ("Table Heading Number", "Total, {{ invoice.currency }}"),
    )
    add_row(table, headings, repeated=True)
    row = add_row(
        table,
        (
            ("Table Text", "{% for item in items %}{{ loop.index }}"),
            ("Table Text", "{{ item.description }}"),
            ("Table Number", "{{ item.quantity }}"),
            ("Table Text", "{{ item.unit }}"),
            ("Table Number", "{{ item.price }}"),
            ("Table Number", "{{ item.total }}{% endfor %}"),
        ),
    )
    description = row.cells[1]
    for line in ("{% if item.detail %}", "{{ item.detail }}", "{% endif %}"):
        write(description, "Table Detail", line)
    set_look(table, first_row=True)


def _totals(document: Document) -> None:
    """The totals, with the row tags that users of python-docx-template know."""
    write(document, "Reference End")
    table = add_table(document, "Ruled Table", _TOTALS, align_right=True)
    add_row(table, (("Table Text", "Sum of positions"), ("Table Number", "{{ totals.sum }}")))
    add_row(table, (("Table Text", "{%tr if discount %}"),))
    add_row(table, (("Table Text", "{{ discount.label }}"), ("Table Number", "\N{MINUS SIGN}{{ discount.amount }}")))
    add_row(table, (("Table Text", "{%tr endif %}"),))
    add_row(table, (("Table Text", "Net total"), ("Table Number", "{{ totals.net }}")))
    add_row(table, (("Table Text", "{%tr for tax in taxes %}"),))
    add_row(table, (("Table Text", "VAT {{ tax.rate }} % on {{ tax.net }}"), ("Table Number", "{{ tax.amount }}")))
    add_row(table, (("Table Text", "{%tr endfor %}"),))
    add_row(table, (("Table Total", "Total {{ invoice.currency }}"), ("Table Total Number", "{{ totals.gross }}")))
    set_look(table, last_row=True)
    keep_together(table)


def _payment(document: Document) -> None:
    write(document, "heading 1", "Payment")
    table = add_table(document, "Layout Table", (22, 48, 20, 75))
    for row in _PAYMENT:
        add_row(table, zip(("Table Label", "Table Text") * 2, row, strict=True))
    keep_together(table)
    write(document, "Reference End")


def _remark(document: Document) -> None:
    write(document, "Body Text", "{% if remark %}")
    write(document, "heading 1", "Remark")
    write(document, "Body Text", "{{ remark }}")
    write(document, "Body Text", "{% endif %}")
    write(
        document,
        "Small Print",
        "Goods remain our property until they are paid in full. Questions about this invoice?"
        " {{ contact.name }}, {{ contact.phone }}, {{ contact.email }}, will gladly help.",
    )
