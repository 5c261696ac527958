"""Builds the Word examples: letterhead, styles and the two documents, the same bytes every time."""
