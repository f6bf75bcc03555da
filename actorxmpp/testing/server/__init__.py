"""An embedded XMPP server for demos and tests. It is not for production.

`EmbeddedServer` starts it in a process of its own; ``python -m actorxmpp.testing.server`` starts
it by hand. Nothing is written to disk but a certificate in a private folder, nothing is checked
that a server on the open network would have to check (quotas, abuse, federation), and all that it
knows is gone when it ends.

Start to read at `server.py` (what one process holds), then follow a stanza: `stream.py` (bytes in),
`client.py` or `component.py` (who sends), `router.py` (where to), `stream.py` (bytes out).
The server's process imports neither pykka nor the client side of this package.
"""

from __future__ import annotations

from actorxmpp.testing.server.child import EmbeddedServerError
from actorxmpp.testing.server.process import EmbeddedServer

__all__ = ["EmbeddedServer", "EmbeddedServerError"]
