"""The rendering engine: templates are compiled once, renders join text."""
