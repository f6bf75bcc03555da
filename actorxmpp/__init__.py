"""An XMPP framework for fleets: every connection is a supervised tree of actors."""

__version__ = "0.1.0"
