"""The plugin: publishes one's card, fetches others'."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from actorxmpp.exceptions import IqError
from actorxmpp.plugins.xep_0163 import PepPlugin
from actorxmpp.plugins.xep_0292.stanza import NS, VCard4

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Awaitable

    from actorxmpp.stanza import Iq
    from actorxmpp.types import OptJidStr

__all__ = ["XEP_0292"]

NODE = "urn:xmpp:vcard4"
"""The node of cards (section 4); slixmpp publishes at the namespace of cards instead."""


class XEP_0292(PepPlugin):
    """vCard4, for who has a card and who reads others'.

    Cards are read where the XEP has them published, and else where slixmpp publishes them.

    Events: ``vcard4_publish``, with the message, when a contact publishes one.
    """

    name = "xep_0292"
    description = "XEP-0292: vCard4 Over XMPP"
    xep_version = "0.12.0"
    dependencies: ClassVar[set[str]] = {"xep_0030", "xep_0060", "xep_0163"}
    pep_name = "vcard4"
    pep_stanza = VCard4

    def plugin_init(self) -> None:
        """Be interested in contacts' cards."""
        super().plugin_init()
        self.xmpp.plugin["xep_0060"].map_node_event(NODE, self.pep_name)
        self.xmpp.plugin["xep_0163"].add_interest(NODE)

    def plugin_end(self) -> None:
        """No longer be interested."""
        super().plugin_end()
        pubsub, pep = self.other("xep_0060"), self.other("xep_0163")
        if pubsub is not None:
            pubsub.node_event_map.pop(NODE, None)
        if pep is not None:
            pep.remove_interest(NODE)

    def publish_vcard(
        self,
        full_name: str | None = None,
        given: str | None = None,
        surname: str | None = None,
        birthday: dt.date | None = None,
        nickname: str | None = None,
        phone: str | None = None,
        note: str | None = None,
        url: str | None = None,
        email: str | None = None,
        country: str | None = None,
        locality: str | None = None,
        impp: str | None = None,
        *,
        vcard: VCard4 | None = None,
        **pubsubkwargs: Any,
    ) -> Awaitable[Iq]:
        """Publish one's card, in place of the one before (section 4.2).

        Args:
            full_name: the whole name.
            given: the given name.
            surname: the family name.
            birthday: the birthday.
            nickname: what friends say.
            phone: a telephone number.
            note: some words.
            url: a page.
            email: a mail address.
            country: where one lives.
            locality: the town.
            impp: an address for instant messages; one's own by default.
            vcard: a card to begin with.
            pubsubkwargs: ``options``, ``ifrom``, and what ``Iq.send`` takes.
        """
        card = vcard or VCard4()
        names = {"full_name": full_name, "given": given, "surname": surname, "birthday": birthday}
        for name, value in names.items():
            if value is not None:
                card[name] = value
        card.add_impp(impp or f"xmpp:{self.xmpp.boundjid.bare}")
        for value, add in (
            *((nickname, card.add_nickname), (note, card.add_note), (url, card.add_url)),
            *((email, card.add_email), (phone, card.add_tel)),
        ):
            if value:
                add(value)
        if country or locality:
            card.add_address(country, locality)
        return self.publish(card, node=NODE, **pubsubkwargs)

    def stop(self, **pubsubkwargs: Any) -> Awaitable[Iq]:
        """Publish an empty card."""
        return super().stop(node=NODE, **pubsubkwargs)

    async def retrieve_vcard(self, jid: OptJidStr, **pubsubkwargs: Any) -> Iq:
        """Fetch somebody's card: ``answer["pubsub"]["items"]["item"]["vcard"]`` (section 4.1).

        Args:
            jid: whose.
            pubsubkwargs: ``ifrom``, and what ``Iq.send`` takes.

        Raises:
            IqError: if there is none, or we may not see it.
        """
        pubsub = self.xmpp.plugin["xep_0060"]
        try:
            answer: Iq = await pubsub.get_items(jid, NODE, max_items=1, **pubsubkwargs)
        except IqError as error:
            if error.condition != "item-not-found":
                raise
            answer = await pubsub.get_items(jid, NS, max_items=1, **pubsubkwargs)
        return answer
