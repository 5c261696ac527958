"""Hyperlink targets stand in the relationships of a part; tags work there too, in blocks and out of them."""

from typing import Final

import pytest

from domain.diagnostics import Location, Part
from domain.errors import RenderFailedError
from tests.word_files import W, compile_word, errors_of, part_of, r, render_word, word_file
from tests.word_rules import assert_follows_word_rules

R_ID: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


class TestLinks:
    @staticmethod
    def file(target: str) -> bytes:
        link = (
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            '<Relationship Id="rId9" '
            'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink" '
            f'Target="{target}" TargetMode="External"/></Relationships>'
        )
        body = f'<w:p><w:hyperlink r:id="rId9">{r("here")}</w:hyperlink></w:p>'
        return word_file(body, parts={"word/_rels/document.xml.rels": link})

    @pytest.mark.parametrize(
        ("target", "value", "wanted"),
        [
            ("{{ v }}", "https://example.com/?a=1&b=2", "https://example.com/?a=1&b=2"),
            ("%7b%7b%20v%20%7d%7d", 'mailto:a@example.com?subject="x y"', "mailto:a@example.com?subject=%22x%20y%22"),
            ("https://example.com/{{ v }}/%20x", "a b", "https://example.com/a%20b/%20x"),
        ],
    )
    def test_targets_are_filled_in(self, target: str, value: str, wanted: str) -> None:
        document = render_word(self.file(target), {"v": value})
        assert part_of(document, "word/_rels/document.xml.rels")[0].get("Target") == wanted
        assert compile_word(self.file(target)).placeholders[0].path == "v"

    @pytest.mark.parametrize("value", ["javascript:alert(1)", "file:///etc/hostname", "example.com"])
    def test_the_scheme_is_checked_when_it_is_known(self, value: str) -> None:
        with pytest.raises(RenderFailedError):
            render_word(self.file("{{ v }}"), {"v": value})

    @pytest.mark.parametrize("target", ["java{{ v }}", "file:///{{ v }}"])
    def test_a_scheme_cannot_be_put_together(self, target: str) -> None:
        assert errors_of(self.file(target)) == ["external-reference"]


class TestLinksInBlocks:
    """A target in a loop is another one in every round: each gets a relationship of its own."""

    LINK = f'<w:p><w:hyperlink r:id="rId9">{r("{{ i.n }}")}</w:hyperlink></w:p>'
    ITEMS: Final = [{"n": "a", "u": "https://a.example/?x=1&y=2"}, {"n": "b", "u": "mailto:b@example.com"}]

    @staticmethod
    def file(*body: str, target: str = "{{ i.u }}") -> bytes:
        kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"
        links = (
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="rId9-1" Type="{kind}" Target="https://kept.example/" TargetMode="External"/>'
            f'<Relationship Id="rId9" Type="{kind}" Target="{target}" TargetMode="External"/></Relationships>'
        )
        return word_file(*body, parts={"word/_rels/document.xml.rels": links})

    @staticmethod
    def targets(document: bytes) -> list[tuple[str, str]]:
        """List the texts of the links of a document and where they lead to."""
        found = {node.get("Id"): node.get("Target") for node in part_of(document, "word/_rels/document.xml.rels")}
        links = part_of(document).iter(f"{{{W}}}hyperlink")
        return [("".join(link.itertext()), found[link.get(R_ID)]) for link in links]

    @pytest.mark.parametrize("opener", ["{% for i in items %}", "{% for i in items if true %}"])
    def test_each_round_has_its_own(self, opener: str) -> None:
        template = self.file(opener, self.LINK, "{% endfor %}")
        document = render_word(template, {"items": [*self.ITEMS, *self.ITEMS]})
        assert self.targets(document) == [(item["n"], item["u"]) for item in (*self.ITEMS, *self.ITEMS)]
        assert len(part_of(document, "word/_rels/document.xml.rels")) == 3
        assert_follows_word_rules(document, template)

    def test_without_a_round_there_is_none(self) -> None:
        document = render_word(self.file("{% for i in items %}", self.LINK, "{% endfor %}", "z"), {"items": []})
        assert [node.get("Id") for node in part_of(document, "word/_rels/document.xml.rels")] == ["rId9-1"]

    def test_names_that_were_set_before(self) -> None:
        file = self.file("{% set i = items[1] %}", self.LINK, target="%7b%7b%20i.u%20%7d%7d")
        assert self.targets(render_word(file, {"items": self.ITEMS})) == [("b", "mailto:b@example.com")]

    def test_parts_of_a_target_and_macros(self) -> None:
        macro = ("{%p macro link(i) %}", self.LINK, "{%p endmacro %}")
        file = self.file(
            *macro, "{% for i in items %}{{ link(i) }}{% endfor %}", target="https://x.example/{{ i.n }}?n={{ i.n }}"
        )
        assert self.targets(render_word(file, {"items": [{"n": "a b"}, {"n": "&"}]})) == [
            ("a b", "https://x.example/a%20b?n=a%20b"),
            ("&", "https://x.example/&?n=&"),
        ]

    def test_the_scheme_is_checked_with_its_place(self) -> None:
        with pytest.raises(RenderFailedError) as caught:
            render_word(
                self.file("{% for i in items %}", self.LINK, "{% endfor %}"), {"items": [{"n": 1, "u": "file:///x"}]}
            )
        assert caught.value.diagnostics[0].location == Location(Part.BODY, paragraph=2)

    def test_they_are_placeholders(self) -> None:
        found = compile_word(self.file("{% for i in items %}", self.LINK, "{% endfor %}")).placeholders
        assert "items[].u" in [each.path for each in found]
