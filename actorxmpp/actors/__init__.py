"""The stages of a session, one actor each, in the order a message passes them."""
