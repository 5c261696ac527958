"""Storages of bytes: template files and documents."""
