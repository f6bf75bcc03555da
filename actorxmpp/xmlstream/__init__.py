"""XML streams and stanza objects without I/O."""
