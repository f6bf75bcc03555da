"""The command line: actorxmpp run, check and demo."""
