"""The plugin: publishes one's picture, fetches others'."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from actorxmpp.plugins.xep_0084.stanza import NS, Data, MetaData
from actorxmpp.plugins.xep_0163 import PepPlugin

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterable

    from actorxmpp.stanza import Iq
    from actorxmpp.types import OptJidStr
    from actorxmpp.xmlstream import ET

__all__ = ["XEP_0084"]


class XEP_0084(PepPlugin):
    """User Avatar, for who has a picture and who looks at others'.

    First the picture is published, then what is said of it (section 3). What contacts say is the
    event ``avatar_metadata_publish``; ``message["pubsub_event"]["items"]["item"]
    ["avatar_metadata"]["items"]`` lists the forms there are. A picture is data of strangers: its
    size is what its ``bytes`` say only if it is checked.
    """

    name = "xep_0084"
    description = "XEP-0084: User Avatar"
    xep_version = "1.1.4"
    dependencies: ClassVar[set[str]] = {"xep_0060", "xep_0163"}
    pep_name = "avatar_metadata"
    pep_stanza = MetaData

    def generate_id(self, data: bytes) -> str:
        """Return a picture's id: the SHA-1 hash, in hexadecimal digits (section 4.1)."""
        return hashlib.sha1(data, usedforsecurity=False).hexdigest()

    def retrieve_avatar(self, jid: OptJidStr, id: str, **pubsubkwargs: Any) -> Awaitable[Iq]:
        """Fetch a picture: ``answer["pubsub"]["items"]["item"]["avatar_data"]["value"]``.

        Args:
            jid: whose.
            id: its id.
            pubsubkwargs: ``ifrom``, and what ``Iq.send`` takes.
        """
        answer: Awaitable[Iq] = self.xmpp.plugin["xep_0060"].get_item(jid, NS, id, **pubsubkwargs)
        return answer

    def publish_avatar(self, data: bytes, **pubsubkwargs: Any) -> Awaitable[Iq]:
        """Publish a picture; nobody is told before ``publish_avatar_metadata`` (section 3.1).

        Args:
            data: the picture, a PNG.
            pubsubkwargs: ``options``, ``ifrom``, and what ``Iq.send`` takes.
        """
        payload = Data()
        payload["value"] = data
        return self.publish(payload, id=self.generate_id(data), **pubsubkwargs)

    def publish_avatar_metadata(
        self,
        items: Mapping[str, Any] | Iterable[Mapping[str, Any]] | None = None,
        pointers: Iterable[ET.Element] | None = None,
        **pubsubkwargs: Any,
    ) -> Awaitable[Iq]:
        """Say which picture one has from now on (section 3.2).

        Args:
            items: its forms, one or several: ``id``, ``type``, ``bytes``, and if known ``height``,
                ``width``, ``url``.
            pointers: elements that say elsewhere where it is.
            pubsubkwargs: ``options``, ``ifrom``, and what ``Iq.send`` takes.
        """
        forms = [items] if isinstance(items, Mapping) else list(items or ())
        metadata = MetaData()
        for form in forms:
            optional = (form.get(name) for name in ("height", "width", "url"))
            metadata.add_info(form["id"], form["type"], form["bytes"], *optional)
        for pointer in pointers or ():
            metadata.add_pointer(pointer)
        here = [form["id"] for form in forms if not form.get("url")]
        ids = [*here, *(form["id"] for form in forms)]
        return self.publish(metadata, id=ids[0] if ids else None, **pubsubkwargs)
