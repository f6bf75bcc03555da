"""The stanzas of XMPP as objects."""
