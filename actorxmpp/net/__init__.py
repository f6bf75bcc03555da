"""The only code that touches sockets: TCP, TLS, DNS and an in-memory pair."""
