"""What slixmpp programs import and do, in processes of their own: slixmpp itself is never there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import actorxmpp

ROOT = Path(actorxmpp.__file__).parents[1]

PATHS = re.findall(
    r"\S+",
    """
slixmpp:BaseXMPP slixmpp:Callback slixmpp:ClientXMPP slixmpp:ComponentXMPP slixmpp:ET
slixmpp:ElementBase slixmpp:InvalidJID slixmpp:Iq slixmpp:JID slixmpp:MatchXPath slixmpp:Message
slixmpp:Presence slixmpp:XMLStream slixmpp:__version__ slixmpp:register_stanza_plugin
slixmpp.basexmpp:BaseXMPP slixmpp.clientxmpp:ClientXMPP slixmpp.componentxmpp:ComponentXMPP
slixmpp.exceptions:IqError slixmpp.exceptions:IqTimeout slixmpp.exceptions:PresenceError
slixmpp.exceptions:XMPPError slixmpp.jid:JID slixmpp.jid:InvalidJID slixmpp.plugins:xep_0030
slixmpp.plugins.base:BasePlugin slixmpp.plugins.base:PluginManager
slixmpp.plugins.base:PluginNotFound slixmpp.plugins.base:register_plugin
slixmpp.plugins.xep_0030:XEP_0030 slixmpp.plugins.xep_0030.stanza:DiscoInfo
slixmpp.plugins.xep_0030.stanza.items:DiscoItems slixmpp.plugins.xep_0030.disco:XEP_0030
slixmpp.plugins.xep_0199.stanza:Ping slixmpp.pluginsdict:PluginsDict slixmpp.roster:Roster
slixmpp.stanza:Error slixmpp.stanza:Iq slixmpp.stanza:Message slixmpp.stanza:Presence
slixmpp.stanza.atom:AtomEntry slixmpp.stanza.error:Error slixmpp.stanza.iq:Iq
slixmpp.stanza.message:Message slixmpp.test:SlixTest slixmpp.test.slixtest:SlixTest
slixmpp.types:JidStr slixmpp.util:FileSystemCache slixmpp.util:FileSystemPerJidCache
slixmpp.util:MemoryCache slixmpp.util:MemoryPerJidCache slixmpp.xmlstream:ET
slixmpp.xmlstream:ElementBase slixmpp.xmlstream:RESPONSE_TIMEOUT slixmpp.xmlstream:StanzaBase
slixmpp.xmlstream:XMLStream slixmpp.xmlstream:register_stanza_plugin slixmpp.xmlstream:tostring
slixmpp.xmlstream.asyncio:gather slixmpp.xmlstream.handler:Callback
slixmpp.xmlstream.handler:CoroutineCallback slixmpp.xmlstream.handler:Waiter
slixmpp.xmlstream.handler.callback:Callback slixmpp.xmlstream.matcher:MatchXMLMask
slixmpp.xmlstream.matcher:MatchXPath slixmpp.xmlstream.matcher:StanzaPath
slixmpp.xmlstream.matcher.base:MatcherBase slixmpp.xmlstream.matcher.xpath:MatchXPath
slixmpp.xmlstream.stanzabase:ET slixmpp.xmlstream.stanzabase:ElementBase
slixmpp.xmlstream.stanzabase:StanzaBase slixmpp.xmlstream.stanzabase:register_stanza_plugin
slixmpp.xmlstream.tostring:escape slixmpp.xmlstream.tostring:tostring
slixmpp.xmlstream.tostring:tostring_fmt slixmpp.xmlstream.xmlstream:NotConnectedError
slixmpp.xmlstream.xmlstream:XMLStream
""",
)


def run(*arguments: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run a Python of its own."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def run_code(code: str) -> str:
    """Run code after ``install()``; returns what it prints."""
    done = run("-c", f"import actorxmpp.as_slixmpp as alias\nalias.install()\n{code}")
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_paths_that_programs_import_are_there() -> None:
    code = f"""
import importlib
for path in {PATHS!r}:
    module, _, name = path.partition(":")
    try:
        scope = {{}}
        exec(f"from {{module}} import {{name}} as value", scope)
        assert not hasattr(importlib.import_module(module), "__file__"), path
    except Exception as error:
        print(path, repr(error))
"""
    assert run_code(code) == ""


def test_every_module_inside_a_plugin_is_there_as_slixmpp_calls_it() -> None:
    code = """
import importlib
from actorxmpp.as_slixmpp.table import PLUGIN_MODULES
from actorxmpp.plugins import PLUGINS
for plugin in PLUGINS:
    for inner in PLUGIN_MODULES.get(plugin, ()):
        module = importlib.import_module(f"slixmpp.plugins.{plugin}.{inner}")
        assert module.__all__, (plugin, inner)
"""
    assert run_code(code) == ""


@pytest.mark.parametrize(
    "statement",
    [
        "from slixmpp.plugins.xep_0066 import stanza",
        "import slixmpp.plugins.xep_0066.stanza as stanza",
        "from slixmpp.plugins.xep_0066 import oob as stanza",
        "from slixmpp.plugins import xep_0066; stanza = xep_0066.stanza",
        "from slixmpp.plugins.xep_0066 import stanza; stanza.register_plugins()",
    ],
)
def test_a_plugin_in_one_file_has_the_modules_slixmpp_has(statement: str) -> None:
    code = f"import actorxmpp.plugins.xep_0066 as ours\n{statement}\nprint(stanza.OOB is ours.OOB)"
    assert run_code(code) == "True"


def test_the_real_slixmpp_stays_out() -> None:
    code = """
import sys, slixmpp, slixmpp.xmlstream.matcher, slixmpp.plugins.xep_0030
import actorxmpp
assert issubclass(slixmpp.ClientXMPP, actorxmpp.ClientXMPP)
assert slixmpp.Message is actorxmpp.Message
ours = [m for n, m in sys.modules.items() if n.split('.')[0] == 'slixmpp']
assert all(map(alias.AliasFinder.made, ours))
print(slixmpp.exceptions.IqError is actorxmpp.IqError, slixmpp.__version_info__ >= (1, 8))
"""
    assert run_code(code) == "True True"


def test_star_imports_give_the_names() -> None:
    assert run_code("from slixmpp import *\nprint(ClientXMPP.__name__, JID('a@b'))") == (
        "ClientXMPP a@b"
    )


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("import slixmpp.plugins.xep_0325", "actorxmpp has no plugin xep_0325 yet"),
        ("import slixmpp.plugins.xep_0325.device", "actorxmpp has no plugin xep_0325 yet"),
        ("import slixmpp.util.sasl", "nothing that stands for the module slixmpp.util.sasl"),
        ("import slixmpp.net", "nothing that stands for the module slixmpp.net"),
        ("from slixmpp.jid import Unheard", "Unheard"),
        ("from slixmpp.plugins.xep_0030 import Unheard", "Unheard"),
        ("import slixmpp.plugins.xep_0045.admin", "slixmpp.plugins.xep_0045.admin"),
        ("import slixmpp.plugins.xep_0066.stanza.items", "slixmpp.plugins.xep_0066.stanza.items"),
    ],
)
def test_what_is_missing_is_an_import_error_that_says_so(statement: str, words: str) -> None:
    printed = run_code(f"try:\n    {statement}\nexcept ImportError as error:\n    print(error)")
    assert words in printed


def test_install_comes_first() -> None:
    code = """
import sys, types
sys.modules['slixmpp'] = types.ModuleType('slixmpp')
import actorxmpp.as_slixmpp as alias
try:
    alias.install()
except RuntimeError as error:
    print(error)
"""
    done = run("-c", code)
    assert "imported already" in done.stdout, done.stderr


def test_uninstall_takes_it_back() -> None:
    code = """
import slixmpp, sys
alias.uninstall()
print('slixmpp' in sys.modules, any('AliasFinder' in repr(f) for f in sys.meta_path))
"""
    assert run_code(code) == "False False"


def test_a_plugin_that_is_missing_does_nothing_and_says_so_when_used() -> None:
    code = """
import slixmpp
bot = slixmpp.ClientXMPP('a@b', 'c')
bot.register_plugin('xep_0325')
bot.register_plugin('xep_0030')
try:
    bot['xep_0325'].anything
except AttributeError as error:
    print(error)
try:
    bot.register_plugin('xep_9999')
except slixmpp.plugins.base.PluginNotFound as error:
    print(error)
"""
    assert run_code(code).splitlines() == [
        "actorxmpp has no plugin xep_0325 yet: no 'anything'",
        "there is no plugin 'xep_9999', or it is not enabled",
    ]


def test_a_login_refused_for_good_ends_the_session(tmp_path: Path) -> None:
    code = """
import asyncio
from dataclasses import replace
import slixmpp
from actorxmpp.testing import MemoryServer

async def main():
    async with MemoryServer() as server:
        bot = slixmpp.ClientXMPP('a@localhost', 'wrong')
        told = []
        bot.add_event_handler('failed_all_auth', told.append)
        given = server.settings()
        bot.settings = replace(bot.settings, tls=given.tls, connector=given.connector)
        bot.connect()
        await asyncio.wait_for(bot.disconnected, 60)
        print(len(told))

asyncio.run(main())
"""
    assert run_code(code) == "1"


def test_names_of_the_stream_mean_what_they_say() -> None:
    code = """
import asyncio, slixmpp
from slixmpp.test import SlixTest

component = slixmpp.ComponentXMPP('g.b', 's', 'host', 5347)
assert (component.server_host, component.server_port) == ('host', 5347)
bot = slixmpp.ClientXMPP('a@b/c', 'd')
assert bot.default_domain == 'b' and bot.getjidbare('a@b/c') == 'a@b'
assert bot.getjidresource('a@b/c') == 'c' and bot.getjidresource('a@b') == ''
assert bot.settings.require_tls and not bot.enable_plaintext
bot.enable_plaintext = True
assert bot.enable_plaintext and not bot.settings.require_tls

class Case(SlixTest):
    def runTest(self):
        self.stream_start(plugins=[])
        xmpp = self.xmpp
        assert xmpp.bound and xmpp.authenticated and xmpp.session_bind_event.is_set()
        assert xmpp.disconnect_reason is None
        self.server.connector.down = True
        self.stream_disconnect()
        assert not xmpp.bound and not xmpp.session_bind_event.is_set()
        assert xmpp.disconnect_reason
        assert not xmpp.is_connecting()
        xmpp.cancel_connection_attempt()
        self.advance(600)
        assert self.server.connections == 1

case = Case()
result = case.run()
print([text for _, text in result.failures + result.errors] or 'fine')
"""
    assert run_code(code) == "fine"


def test_a_program_is_run_with_its_arguments(tmp_path: Path) -> None:
    (tmp_path / "helper.py").write_text("WORD = 'beside'\n", "utf-8")
    program = tmp_path / "program.py"
    program.write_text(
        "import sys, helper, slixmpp\n"
        "bot = slixmpp.ClientXMPP('a@b', 'c')\n"
        "component = slixmpp.ComponentXMPP('g.b', 's', 'host', '5347')\n"
        "print(__name__, sys.argv[1:], helper.WORD)\n"
        "print(bot.settings.server, bot.settings.tls.ca_file)\n"
        "print(component.settings.server)\n",
        "utf-8",
    )
    options = ["--server", "[::1]:5222", "--ca-file", "ca.pem"]
    done = run("-m", "actorxmpp.as_slixmpp", *options, str(program), "-j", "x", "--server", "y")
    assert done.stdout.splitlines() == [
        "__main__ ['-j', 'x', '--server', 'y'] beside",
        "('::1', 5222) ca.pem",
        "('host', 5347)",
    ], done.stderr
    module = run("-m", "actorxmpp.as_slixmpp", "-m", "program", "z", folder=tmp_path)
    assert module.stdout.startswith("__main__ ['z'] beside\nNone None"), module.stderr


@pytest.mark.parametrize("server", ["localhost", "localhost:", "localhost:x", ":5222", "a:99999"])
def test_bad_options_are_refused(server: str) -> None:
    done = run("-m", "actorxmpp.as_slixmpp", "--server", server, "program.py")
    assert done.returncode == 2
    assert "--server" in done.stderr


def test_a_program_that_is_not_there_is_named() -> None:
    done = run("-m", "actorxmpp.as_slixmpp", "nowhere.py")
    assert done.returncode == 2
    assert "nowhere.py" in done.stderr


def test_tests_written_for_slixmpp_run(tmp_path: Path) -> None:
    file = tmp_path / "test_theirs.py"
    file.write_text(
        """
import unittest
from slixmpp.test import SlixTest

class TestPing(SlixTest):
    def setUp(self):
        self.stream_start(mode='client', plugins=['xep_0030', 'xep_0199'])
    def tearDown(self):
        self.stream_close()
    def testPing(self):
        self.recv("<iq type='get' id='1' from='a@b/c'><ping xmlns='urn:xmpp:ping' /></iq>")
        self.send("<iq type='result' id='1' to='a@b/c' />")

unittest.main()
""",
        "utf-8",
    )
    done = run("-m", "actorxmpp.as_slixmpp", str(file))
    assert "Ran 1 test" in done.stderr
    assert "OK" in done.stderr


def test_a_reply_in_a_test_need_not_say_who_it_is_from() -> None:
    code = """
from slixmpp.test import SlixTest

class Case(SlixTest):
    def runTest(self):
        self.stream_start(plugins=[])
        asked = self.xmpp.wrap(self.xmpp.make_iq_get('urn:x', 'a@b/c').send())
        self.send("<iq type='get' id='1' to='a@b/c'><query xmlns='urn:x'/></iq>")
        self.recv("<iq type='result' id='9'/>")
        assert not asked.done()
        self.recv("<iq type='result' id='1' from='eve@b/c'/>")
        assert not asked.done()
        self.recv("<iq type='result' id='1'>")
        self.recv("</iq>")
        assert not asked.done()
        self.recv("<iq type='result' id='1'><query xmlns='urn:x'/></iq>")
        assert asked.result()['from'] == 'a@b/c' and asked.result()['query'] == 'urn:x'
        self.xmpp.send_presence()
        assert self.xmpp.socket.next_sent().startswith('<presence')
        assert self.xmpp.socket.next_sent() is None

result = Case().run()
print([text for _, text in result.failures + result.errors] or 'fine')
"""
    assert run_code(code) == "fine"
