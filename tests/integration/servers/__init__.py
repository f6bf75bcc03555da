"""Real XMPP servers as test fixtures: certificates, configuration, start, kill, start again."""
