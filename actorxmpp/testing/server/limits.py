"""Every bound of the embedded server, each with its reason.

Nothing the server keeps grows without one of these. A client that meets one gets the error
the RFC names for it; the numbers are generous for tests and small enough for a laptop.
"""

from __future__ import annotations

from typing import Final

KIB: Final = 1024
MIB: Final = 1024 * KIB

MAX_STANZA_BYTES: Final = 256 * KIB
"""One stanza of a client or component. Prosody's default for clients is the same size."""

MAX_STANZA_DEPTH: Final = 64
"""Nesting of elements in one stanza; real ones stay under twenty."""

CLIENT_OUTPUT_BYTES: Final = 1 * MIB
"""What may wait for one slow client (about 4,000 messages) before it is cut."""

COMPONENT_OUTPUT_BYTES: Final = 16 * MIB
"""The same for a component, which takes the traffic of thousands of users on one stream."""

DRAIN_BYTES: Final = 256 * KIB
"""What is handed on at once of what waited; well below the hard limit of `net`."""

LOGIN_SECONDS: Final = 120.0
"""From accept to bind. Thousands of sessions logging in at once on one core need most of it."""

CLOSE_SECONDS: Final = 3.0
"""How long the server, when it stops, waits for its peers to take their last bytes."""

MAX_LOGIN_ATTEMPTS: Final = 3
"""Failed SASL attempts on one stream (RFC 6120 section 6.4.5 says two to five)."""

MAX_CONNECTIONS: Final = 50_000
"""Connections at once, logged in or not; more than one address has local ports for."""

MAX_RESOURCES: Final = 64
"""Resources bound by one account (RFC 6120 section 7.6.2.1 names the error)."""

MAX_ACCOUNTS: Final = 100_000
"""Accounts given by name; accounts made on the fly take no room until they have a roster."""

MAX_COMPONENTS: Final = 10_000
"""Component domains the server knows, connected or not."""

MAX_ROSTER_ITEMS: Final = 1_000
"""Contacts in one roster, pending requests included."""

MAX_DIRECTED: Final = 1_000
"""Addresses one session sent directed presence to, to be notified when it goes away."""

MAX_GROUPS: Final = 50
"""Groups of one roster item."""

OFFLINE_PER_USER: Final = 100
"""Messages kept for one absent account; the next one is answered with service-unavailable."""

OFFLINE_TOTAL: Final = 10_000
"""Messages kept for all absent accounts together."""

ACK_EVERY: Final = 10
"""Stanzas sent to a client before it is asked for an acknowledgement (XEP-0198 section 4)."""

ACK_SECONDS: Final = 2.0
"""How long a stanza may be unacknowledged before that, and not asked for."""

MAX_UNACKED: Final = 2_000
"""Stanzas kept for a client that has not acknowledged them, connected or waiting to resume; one
more ends its session. Prosody keeps about 1,000 for one that waits."""

MAX_UNACKED_BYTES: Final = 4 * MIB
"""The same in bytes."""

RESUME_SECONDS: Final = 300.0
"""How long a session is kept whose connection is lost; ejabberd's default."""

MAX_ENDED: Final = 10_000
"""Ended sessions whose count of handled stanzas is remembered, for the ``h`` of a refusal."""

SCRAM_ITERATIONS: Final = 4096
"""The least RFC 5802 allows; a test server has no passwords worth more time."""

CONTROL_LINE_BYTES: Final = 16 * MIB
"""One line of the control protocol: room for the accounts of a large test in the first one."""
