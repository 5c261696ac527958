"""Random templates of a grammar: their documents follow Word's rules and show the words they should, in order.

`pytest --hypothesis-profile=long` looks at many more of them.
"""

from collections import Counter
from typing import Any, Final

from hypothesis import HealthCheck, Phase, given, settings

from domain.errors import DataInvalidError, RenderFailedError
from domain.render_request import MissingPolicy
from tests.word_files import compile_word, render_word
from tests.word_grammar import RandomTemplate, data_sets, spoiled_templates, templates, words_of
from tests.word_rules import assert_follows_word_rules

# A failing template is shown as it was found: to make one smaller takes minutes, and the shape of the words says where
# to look. Large templates are what is wanted here.
_AS_FOUND: Final = settings(
    max_examples=settings.default.max_examples // 4,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)


@_AS_FOUND
@given(templates(), data_sets())
def test_what_people_write_becomes_what_they_mean(template: RandomTemplate, data: dict[str, Any]) -> None:
    file = template.file
    assert_follows_word_rules(file)
    compiled = compile_word(file)
    assert compiled.program is not None, [str(finding) for finding in compiled.diagnostics]
    document = render_word(file, data)
    assert_follows_word_rules(document)
    wanted = template.words(data)
    assert words_of(document) == [word for word in wanted if not word.startswith("^")]
    assert words_of(document, fallback=True) == words_of(document)
    assert words_of(document, "word/header1.xml") == template.header_words(data)
    notes = Counter(word[1:] for word in wanted if word.startswith("^"))
    assert notes == Counter(words_of(document, "word/footnotes.xml"))


@_AS_FOUND
@given(spoiled_templates(), data_sets())
def test_a_spoiled_template_is_refused_with_a_place_or_works(template: RandomTemplate, data: dict[str, Any]) -> None:
    file = template.file
    compiled = compile_word(file)
    errors = [finding for finding in compiled.diagnostics if finding.severity == "error"]
    if compiled.program is None:
        assert errors
    for finding in errors:
        assert finding.code != "template-unreadable", str(finding)
        assert finding.location is not None, str(finding)
        assert finding.location.paragraph, str(finding)
        assert finding.snippet, str(finding)
    if compiled.program is None:
        return
    try:
        document = render_word(file, data, missing=MissingPolicy.EMPTY)
    except (DataInvalidError, RenderFailedError) as problem:
        places = [finding.location for finding in problem.diagnostics]
    else:
        assert_follows_word_rules(document, file)
        places = [finding.location for finding in compiled.diagnostics]
    assert None not in places
