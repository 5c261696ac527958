"""Rows of a batch, read from CSV, Excel workbooks and JSON in a process of its own.

The process (reader_process) is started for one file, locks itself up as a render worker does, and sends what it reads
as frames of JSON (protocol); the service's end (reader) believes nothing of it.
"""
