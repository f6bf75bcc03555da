"""An embedded XMPP server for demos and tests; not for production."""
