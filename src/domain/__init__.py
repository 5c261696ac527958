"""The words and rules of document generation: pure values and functions, the standard library alone."""
