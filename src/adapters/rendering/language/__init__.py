"""The template language: the same for Word, Markdown, text and file names."""
