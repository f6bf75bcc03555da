"""XMPP streams without I/O: negotiation, SASL and the decisions about failures."""
