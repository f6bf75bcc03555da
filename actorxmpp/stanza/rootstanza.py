"""RootStanza: message, presence and IQ, and how a failure in a handler is answered."""

from __future__ import annotations

import logging
from typing import Any
from xml.etree import ElementTree as ET

from actorxmpp.exceptions import IqError, IqTimeout, SendQueueFull, XMPPError
from actorxmpp.stanza.error import Error
from actorxmpp.xmlstream.stanzabase import StanzaBase, register_stanza_plugin

log = logging.getLogger(__name__)


class RootStanza(StanzaBase):
    """A message, presence or IQ."""

    __slots__ = ()

    def exception(self, e: BaseException) -> None:
        """Answer the sender after a handler raised.

        An ``XMPPError`` becomes the error it describes. An ``IqError`` or ``IqTimeout`` that was
        not caught says only that another request failed: its text is not for the sender.
        Anything else is an ``internal-server-error`` and is handed to ``stream.exception``, which
        logs it.

        Errors and results are not answered (RFC 6120 sections 8.2.3 and 8.3.1).

        Args:
            e: what was raised.
        """
        if isinstance(e, IqError):
            log.warning("an IqError was not caught", exc_info=e)
            self._answer("undefined-condition", "cancel", "External error")
        elif isinstance(e, IqTimeout):
            log.warning("an IqTimeout was not caught", exc_info=e)
            self._answer("remote-server-timeout", "wait")
        elif isinstance(e, XMPPError):
            self._answer_with(e)
        else:
            self._answer("internal-server-error", "cancel", "The request could not be handled.")
            if self.stream is not None:
                self.stream.exception(e)
            else:
                log.error("error while handling %s", self.tag, exc_info=e)

    def _may_be_answered(self) -> bool:
        return self.xml.get("type") not in ("error", "result")

    def _send_answer(self, reply: StanzaBase) -> None:
        """Send an error; where nothing more can wait, whoever asked goes without it."""
        try:
            StanzaBase.send(reply)  # an answer needs no table of pending requests
        except SendQueueFull as full:
            log.warning("%s is not answered: %s", self.tag, full)

    def _answer(self, condition: str, etype: str, text: str = "") -> None:
        """Send an error without any of the request's content."""
        if not self._may_be_answered():
            return
        reply = self.error_reply()
        error = reply["error"]
        error["condition"] = condition
        error["type"] = etype
        error["text"] = text
        self._send_answer(reply)

    def _answer_with(self, e: XMPPError) -> None:
        """Send the error an exception describes."""
        if not self._may_be_answered():
            return
        reply = self.error_reply(clear=e.clear)
        error = reply["error"]
        error["condition"] = e.condition
        error["text"] = e.text
        error["type"] = e.etype
        if e.by:
            error["by"] = e.by
        if e.extension is not None:
            error.append(ET.Element(f"{{{e.extension_ns}}}{e.extension}", e.extension_args))
        self._send_answer(reply)

    def error_reply(self, clear: bool = True) -> Any:
        """Return a reply of type ``error`` with this stanza's id.

        Args:
            clear: whether the request's content is left out.
        """
        reply = StanzaBase.reply(self, clear=clear)
        reply.xml.set("type", "error")
        return reply


register_stanza_plugin(RootStanza, Error)
