"""Dates, numbers and words as a locale writes them, on the data of CLDR.

Imported by the first template that asks for it: Babel alone takes as long to import as dozens of letters to render.
"""
