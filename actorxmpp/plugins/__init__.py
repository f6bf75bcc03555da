"""XEPs as plugins, one folder each."""
