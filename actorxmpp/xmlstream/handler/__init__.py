"""What is called when a stanza matches."""
