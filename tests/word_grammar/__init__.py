"""Random Word templates as people write them, each with the words that its document must show.

What a document must show is computed by plain Python beside the XML, not by the engine: a template is held to more than
Word's rules, since no word may be lost, doubled or out of order. Every word ends in a full stop ('w7.'), so that words
can be told apart wherever paragraphs are joined.
"""

from tests.word_grammar.spoiled import spoiled_templates
from tests.word_grammar.template import RandomTemplate, data_sets, templates, words_of

__all__ = ["RandomTemplate", "data_sets", "spoiled_templates", "templates", "words_of"]
