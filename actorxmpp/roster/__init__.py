"""Rosters (RFC 6121 section 2) and subscriptions."""
