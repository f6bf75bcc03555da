"""What a server does wrong because a test says so: acknowledgements held back, stanzas lost, lies.

A server has none unless it is asked (`MemoryServer` is); `client.py` looks them up where it would
otherwise do the right thing. What no honest server does beyond that is `script.py`'s business.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Faults:
    """The faults of one server, to be set at any time.

    Attributes:
        lose_stanzas: stanzas of clients are neither counted nor routed, as if they were lost with
            the connection.
        drop_stanzas: they are counted, and acknowledged, but not routed.
        ignore_requests: requests for acknowledgements (XEP-0198 section 4) get no answer.
        refuse_enable: stream management can't be enabled.
        refuse_resume: no session is found when it is to be resumed.
        miscount: added to each ``h`` the server says.
        before_enabled: bytes sent just before stream management is enabled, and so not counted.
    """

    lose_stanzas: bool = False
    drop_stanzas: bool = False
    ignore_requests: bool = False
    refuse_enable: bool = False
    refuse_resume: bool = False
    miscount: int = 0
    before_enabled: bytes = b""
