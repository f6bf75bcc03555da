"""Patterns that say which stanzas a handler wants."""
