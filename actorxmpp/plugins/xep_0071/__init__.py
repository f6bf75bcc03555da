"""XEP-0071: XHTML-IM: messages with markup."""

from __future__ import annotations

from typing import ClassVar

from actorxmpp.plugins.base import BasePlugin
from actorxmpp.stanza import Message
from actorxmpp.xmlstream import ET, ElementBase, register_stanza_plugin, tostring
from actorxmpp.xmlstream.tostring import escape

__all__ = ["XEP_0071", "XHTML_IM"]

NS = "http://jabber.org/protocol/xhtml-im"
NS_XHTML = "http://www.w3.org/1999/xhtml"
BODY = f"{{{NS_XHTML}}}body"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


class XHTML_IM(ElementBase):  # noqa: N801  the name it has for programs
    """``message["html"]``; interface ``body``: markup, ``<p>Hi <em>there</em></p>``; per language.

    It is set as text, as an element, or as a stanza; text that is no XHTML is a ``ValueError``.
    """

    name = plugin_attrib = "html"
    namespace = NS
    interfaces: ClassVar[set[str]] = {"body"}
    lang_interfaces: ClassVar[set[str]] = {"body"}

    def get_body(self, lang: str | None = None) -> str | dict[str, str]:
        """Return the markup; by language with ``lang="*"``."""
        own = self.get_lang()
        bodies = {each.get(XML_LANG, own): _inside(each) for each in self.xml.findall(BODY)}
        return bodies if lang == "*" else bodies.get(lang or own, "")

    def set_body(
        self, content: str | ET.Element | ElementBase | dict[str, str], lang: str | None = None
    ) -> None:
        """Set the markup, or with ``lang="*"`` all of it, by language.

        Raises:
            ValueError: if it is no XHTML.
        """
        if isinstance(content, dict):
            self.del_body("*")
            for each, text in content.items():
                self.set_body(text, each)
            return
        made = _parse(content)
        self.del_body(lang)
        if lang and lang != self.get_lang():
            made.set(XML_LANG, lang)
        self.xml.append(made)

    def del_body(self, lang: str | None = None) -> None:
        """Remove the markup."""
        own = self.get_lang()
        for each in self.xml.findall(BODY):
            if lang == "*" or each.get(XML_LANG, own) == (lang or own):
                self.xml.remove(each)


def _parse(content: str | ET.Element | ElementBase) -> ET.Element:
    """Make the ``body`` element of what a program gives."""
    if isinstance(content, str):
        try:
            # inside an element there can be no DOCTYPE, and so no entities of its own
            made = ET.fromstring(f'<body xmlns="{NS_XHTML}">{content}</body>')
        except ET.ParseError as error:
            raise ValueError(f"this is no XHTML ({error}): {content:.80}") from error
        if len(made) == 1 and made[0].tag == BODY and not (made.text or "").strip():
            return made[0]
        return made
    xml = content.xml if isinstance(content, ElementBase) else content
    if xml.tag == BODY:
        return xml
    made = ET.Element(BODY)
    made.append(xml)
    return made


def _inside(body: ET.Element) -> str:
    """Return what is in the element, without the namespace that all of it has."""
    return escape(body.text or "") + "".join(tostring(each, xmlns=NS_XHTML) for each in body)


register_stanza_plugin(Message, XHTML_IM)


class XEP_0071(BasePlugin):
    """XHTML-IM, both roles; ``send_message(mhtml=...)`` writes it beside the text.

    Markup of others is not safe to show as it is: section 8 says what may be in it.
    """

    name = "xep_0071"
    description = "XEP-0071: XHTML-IM"
    xep_version = "1.5.4"
    dependencies: ClassVar[set[str]] = {"xep_0030"}
    features = (NS,)
