"""Conversations of a client, each fed a byte at a time."""

from __future__ import annotations

import pytest

from actorxmpp.protocol.actions import Failed, Resumed, Send, StartTls, StreamLimits
from actorxmpp.protocol.core import MAX_ELEMENTS
from actorxmpp.protocol.errors import Decision, Source, StreamErrorReceived
from actorxmpp.protocol.negotiation import ClientNegotiation, ClientSettings, ResumeRequest
from actorxmpp.protocol.sasl.keycache import KeyCache
from actorxmpp.protocol.sasl.scram import ScramKeys, ServerScram
from actorxmpp.protocol.states import StreamState
from actorxmpp.xmlstream.tokenizer import StreamOpened

from .conversation import (
    BIND,
    BINDING,
    BOUND,
    DOMAIN,
    END_POINT,
    PASSWORD,
    PROCEED,
    SESSION,
    SM,
    STARTTLS,
    Conversation,
    Tls,
    features,
    hash_of,
    header,
    keys,
    mechanisms,
    sasl,
)

STREAM_NS = "urn:ietf:params:xml:ns:xmpp-streams"
STANZA_NS = "urn:ietf:params:xml:ns:xmpp-stanzas"


def client(
    *, derive: bool = True, cache: KeyCache | None = None, **settings: object
) -> Conversation:
    fields = {"username": "romeo", "password": PASSWORD, "resource": "orchard"} | settings
    made = ClientSettings(DOMAIN, **fields)  # type: ignore[arg-type]
    negotiation = ClientNegotiation(made, keys=KeyCache() if cache is None else cache)
    return Conversation(negotiation, derive=derive)


# -- the ordinary way --------------------------------------------------------------------------


def test_a_login_from_socket_to_session() -> None:
    talk = client().connected()
    assert "from=" not in talk.last  # nobody is told who connects before TLS is up
    talk.server(header(), features(STARTTLS, mechanisms("PLAIN")))
    assert talk.last == "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"
    talk.server(PROCEED)
    assert talk.start_tls == [StartTls(DOMAIN)]
    assert talk.negotiation.state is StreamState.TLS_HANDSHAKE
    talk.do(talk.negotiation.tls_established(Tls()))
    assert "from='romeo@example.net'" in talk.last
    talk.server(header(id="s2"))
    talk.authenticate("SCRAM-SHA-256")
    assert talk.negotiation.state is StreamState.FEATURES
    talk.server(features(BIND, SESSION, SM))
    assert "<resource>orchard</resource>" in talk.last
    talk.server(BOUND)
    assert "session" in talk.last
    talk.server("<iq type='result' id='session'/>")
    assert talk.established is not None
    assert talk.established.jid == "romeo@example.net/orchard"
    assert talk.established.mechanism == "SCRAM-SHA-256"
    assert talk.established.stream_id == "s3"
    assert "{urn:xmpp:sm:3}sm" in talk.established.features
    assert talk.restarts == 2
    assert PASSWORD.encode() not in talk.all_sent


@pytest.mark.parametrize("mechanism", ["SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-512"])
def test_every_hash(mechanism: str) -> None:
    talk = client().secure().authenticate(mechanism).server(features(BIND), BOUND)
    assert talk.established is not None
    assert talk.established.mechanism == mechanism


def test_a_direct_tls_connection_needs_no_starttls() -> None:
    talk = client().connected(Tls())
    assert "from='romeo@example.net'" in talk.last
    talk.server(header(), features(STARTTLS, mechanisms("SCRAM-SHA-1")))
    assert "<auth " in talk.last  # an offer of TLS inside TLS is passed over


def test_channel_binding() -> None:
    talk = client().secure()
    offer = mechanisms("SCRAM-SHA-256-PLUS", "SCRAM-SHA-256", "PLAIN", bindings=(END_POINT,))
    talk.server(features(offer))
    assert "mechanism='SCRAM-SHA-256-PLUS'" in talk.last
    server = ServerScram(
        "SHA-256", lambda _name: keys("SCRAM-SHA-256"), bindings={END_POINT: BINDING}, plus=True
    )
    talk.server(sasl("challenge", server.first(talk.last_message())))
    talk.server(sasl("success", server.final(talk.last_message())), header(), features(BIND), BOUND)
    assert talk.established is not None
    assert talk.established.mechanism == "SCRAM-SHA-256-PLUS"


def test_the_servers_signature_may_come_as_a_challenge() -> None:
    talk = client().secure().server(features(mechanisms("SCRAM-SHA-1")))
    server = ServerScram("SHA-1", lambda _name: keys("SCRAM-SHA-1"))
    talk.server(sasl("challenge", server.first(talk.last_message())))
    talk.server(sasl("challenge", server.final(talk.last_message())))
    assert talk.last_message() == b""
    talk.server(sasl("success"))
    assert talk.restarts == 2


def test_plain_through_tls_when_nothing_better_is_offered() -> None:
    talk = client().secure().server(features(mechanisms("PLAIN", "X-OTHER")))
    assert talk.last_message() == b"\0romeo\0pencil"
    talk.server(sasl("success"), header(), features(BIND), BOUND)
    assert talk.established is not None


def test_anonymous_and_external() -> None:
    talk = client(username="", password=None, anonymous=True).secure()
    talk.server(features(mechanisms("ANONYMOUS", "PLAIN")))
    assert "mechanism='ANONYMOUS'>=<" in talk.last
    talk = client(external=True).secure().server(features(mechanisms("EXTERNAL", "SCRAM-SHA-1")))
    assert "mechanism='EXTERNAL'>=<" in talk.last


def test_an_optional_session_is_left_out() -> None:
    offer = "<session xmlns='urn:ietf:params:xml:ns:xmpp-session'><optional/></session>"
    talk = client().secure().authenticate().server(features(BIND, offer), BOUND)
    assert talk.established is not None


def test_the_server_may_choose_the_resource() -> None:
    talk = client(resource="").secure().authenticate().server(features(BIND))
    assert "<resource>" not in talk.last


def test_limits_are_read() -> None:
    offer = (
        "<limits xmlns='urn:xmpp:stream-limits:0'><max-bytes>65536</max-bytes>"
        "<idle-seconds>many</idle-seconds></limits>"
    )
    talk = client().secure().authenticate().server(features(BIND, offer), BOUND)
    assert talk.established is not None
    assert talk.established.limits == StreamLimits(65536, None)


def test_stanzas_that_come_before_the_end_are_kept_in_order() -> None:
    talk = client().secure().authenticate().server(features(BIND, SESSION), BOUND)
    talk.server("<message><body>1</body></message>", "<iq type='get' id='session'/>")
    talk.server("<iq type='result' id='session'/>")
    assert talk.established is not None
    assert [early.tag for early in talk.established.early] == [
        "{jabber:client}message",
        "{jabber:client}iq",
    ]


def test_after_the_end_nothing_more_happens() -> None:
    talk = client().secure().authenticate().server(features(BIND), BOUND)
    negotiation = talk.negotiation
    assert negotiation.step_timeout() == []
    assert negotiation.connected() == []
    assert negotiation.tls_established(Tls()) == []
    assert negotiation.keys_derived(ScramKeys("SHA-1", b"", 1, b"", b"")) == []
    assert negotiation.timeout is None


# -- keys --------------------------------------------------------------------------------------


def test_keys_are_derived_once_and_then_remembered() -> None:
    cache = KeyCache()
    first = client(cache=cache).secure().authenticate()
    second = client(cache=cache).secure().authenticate()
    other = client(cache=cache, password="different").secure()
    other.server(features(mechanisms("SCRAM-SHA-256")))
    server = ServerScram("SHA-256", lambda _name: keys("SCRAM-SHA-256"))
    other.server(sasl("challenge", server.first(other.last_message())))
    assert (len(first.requests), len(second.requests), len(other.requests)) == (1, 0, 1)


def test_while_keys_are_derived_the_server_must_wait() -> None:
    talk = client(derive=False).secure().server(features(mechanisms("SCRAM-SHA-1")))
    server = ServerScram("SHA-1", lambda _name: keys("SCRAM-SHA-1"))
    talk.server(sasl("challenge", server.first(talk.last_message())))
    assert talk.negotiation.state is StreamState.DERIVING
    assert talk.requests[0].iterations == 4096
    talk.server(sasl("success"))
    assert talk.condition == "unexpected-element"


# -- resumption --------------------------------------------------------------------------------


def resuming() -> Conversation:
    talk = client(resume=ResumeRequest("prev'1", 7)).secure().authenticate()
    talk.server(features(BIND, SM))
    assert talk.last == "<resume xmlns='urn:xmpp:sm:3' h='7' previd='prev&apos;1'/>"
    return talk


def test_an_earlier_session_is_taken_up() -> None:
    talk = resuming().server("<resumed xmlns='urn:xmpp:sm:3' h='4294967295' previd='prev1'/>")
    assert talk.established is not None
    assert talk.established.resumed == Resumed("prev1", 4294967295)
    assert talk.established.jid == ""


@pytest.mark.parametrize(("h", "told"), [("h='3'", 3), ("", None), ("h='x'", None)])
def test_a_refused_resumption_leads_to_binding(h: str, told: int | None) -> None:
    talk = resuming().server(
        f"<failed xmlns='urn:xmpp:sm:3' {h}><item-not-found xmlns='{STANZA_NS}'/></failed>"
    )
    assert "<bind " in talk.last
    talk.server(BOUND)
    assert talk.established is not None
    assert talk.established.resumed is None
    assert talk.established.refused_h == told


def test_without_the_feature_nothing_is_resumed() -> None:
    talk = client(resume=ResumeRequest("p", 0)).secure().authenticate().server(features(BIND))
    assert "<bind " in talk.last


def test_a_resumed_answer_without_count_is_refused() -> None:
    talk = resuming().server("<resumed xmlns='urn:xmpp:sm:3' previd='p'/>")
    assert talk.condition == "unexpected-element"


# -- what a server, or somebody on the way, may do wrong ---------------------------------------


def test_stripped_starttls_is_refused_and_nothing_is_told() -> None:
    talk = client().connected().server(header(), features(mechanisms("PLAIN", "SCRAM-SHA-1")))
    assert talk.condition == "tls-required"
    assert talk.failed is not None
    assert talk.failed.error.decision is Decision.GO_SLOW
    assert talk.sent[1:] == [b"</stream:stream>"]


def test_without_tls_only_if_the_user_says_so() -> None:
    talk = client(require_tls=False).connected()
    talk.server(header(), features(mechanisms("PLAIN", "SCRAM-SHA-1")))
    assert "mechanism='SCRAM-SHA-1'" in talk.last
    talk = client(require_tls=False).connected().server(header(), features(mechanisms("PLAIN")))
    assert talk.condition == "no-acceptable-mechanism"
    assert b"cGVuY2ls" not in talk.all_sent  # no PLAIN without TLS, whatever the user says


def test_tls_forbidden_and_required_is_a_contradiction() -> None:
    talk = client(starttls=False).connected().server(header(), features(STARTTLS))
    assert talk.condition == "tls-required"


def test_starttls_not_wanted_and_not_required() -> None:
    talk = client(starttls=False, require_tls=False).connected()
    talk.server(header(), features(STARTTLS, mechanisms("SCRAM-SHA-1")))
    assert "<auth " in talk.last


def test_refused_starttls() -> None:
    failure = "<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"
    talk = client().connected().server(header(), features(STARTTLS), failure)
    assert talk.condition == "tls-refused"


def test_data_after_proceed_is_an_injection() -> None:
    talk = client().connected().server(header(), features(STARTTLS), PROCEED)
    talk.server(features(mechanisms("PLAIN")))
    assert talk.condition == "unexpected-element"
    assert talk.sent[2:] == []  # not even a closing tag goes in the clear now


def test_half_an_element_after_proceed_never_counts() -> None:
    talk = client().connected().server(header(), features(STARTTLS), PROCEED, "<stream:features><a")
    talk.do(talk.negotiation.tls_established(Tls()))
    talk.server(header(id="s2"), features(mechanisms("SCRAM-SHA-1")))
    assert "<auth " in talk.last


@pytest.mark.parametrize(
    ("change", "condition", "reply"),
    [
        ({"version": ""}, "unsupported-version", "unsupported-version"),
        ({"version": "2.0"}, "unsupported-version", "unsupported-version"),
        ({"from": "evil.example"}, "invalid-from", "invalid-from"),
        ({"id": "x" * 2000}, "unexpected-element", "policy-violation"),
    ],
)
def test_a_header_that_is_not_our_servers(
    change: dict[str, str], condition: str, reply: str
) -> None:
    talk = client().connected().server(header(**change), features(STARTTLS))
    assert talk.condition == condition
    assert f"<{reply} " in talk.last


def test_a_server_of_another_name_may_still_say_what_is_wrong() -> None:
    error = f"<stream:error><host-unknown xmlns='{STREAM_NS}'/></stream:error>"
    talk = client().connected().server(header(**{"from": "other.example", "version": ""}), error)
    assert talk.condition == "host-unknown"


@pytest.mark.parametrize("change", [{"from": "EXAMPLE.net"}, {"from": ""}, {"version": "1.9"}])
def test_a_header_that_will_do(change: dict[str, str]) -> None:
    talk = client().connected().server(header(**change), features(STARTTLS))
    assert talk.failed is None


def test_another_root_is_refused() -> None:
    opened = StreamOpened("{urn:other}stream", {"version": "1.0"})
    actions = client().connected().negotiation.receive(opened)
    assert isinstance(actions[-1], Failed)
    assert actions[-1].error.condition == "invalid-namespace"


def login(*names: str, bindings: tuple[str, ...] | None = None, **settings: object) -> Conversation:
    return client(**settings).secure().server(features(mechanisms(*names, bindings=bindings)))


@pytest.mark.parametrize(
    ("talk", "condition"),
    [
        (lambda: login("PLAIN", known_mechanism="SCRAM-SHA-1"), "mechanism-downgrade"),
        (lambda: login("SCRAM-SHA-1", known_mechanism="SCRAM-SHA-1-PLUS"), "mechanism-downgrade"),
        (lambda: login("SCRAM-SHA-1", bindings=(END_POINT,)), "mechanism-downgrade"),
        (lambda: login("PLAIN", allow_plain=False), "no-acceptable-mechanism"),
        (lambda: login("DIGEST-MD5", "X"), "no-acceptable-mechanism"),
        (lambda: login("SCRAM-SHA-1", password=None), "no-acceptable-mechanism"),
        (
            lambda: login("PLAIN", allowed_mechanisms=frozenset({"SCRAM-SHA-1"})),
            "no-acceptable-mechanism",
        ),
        (lambda: client().secure().server(features(BIND)), "no-acceptable-mechanism"),
        (lambda: login("SCRAM-SHA-1", password="\0"), "invalid-credentials"),
    ],
    ids=[
        "plain instead of scram",
        "no binding where one was",
        "binding advertised, plus stripped",
        "plain forbidden",
        "nothing known",
        "no password",
        "not among the allowed",
        "no sasl at all",
        "impossible password",
    ],
)
def test_a_login_that_is_refused_before_it_starts(talk: object, condition: str) -> None:
    conversation = talk()  # type: ignore[operator]
    assert conversation.condition == condition
    assert conversation.failed.error.source is Source.SASL
    assert b"<auth" not in conversation.all_sent


def challenge(message: bytes) -> Conversation:
    talk = login("SCRAM-SHA-1")
    nonce = talk.last_message().rpartition(b"r=")[2]
    return talk.server(sasl("challenge", message.replace(b"NONCE", nonce)))


@pytest.mark.parametrize(
    ("message", "condition"),
    [
        (b"r=NONCEabc,s=QSXCR+Q6sek8bf92,i=1", "iteration-count"),
        (b"r=NONCEabc,s=QSXCR+Q6sek8bf92,i=4095", "iteration-count"),
        (b"r=NONCEabc,s=QSXCR+Q6sek8bf92,i=100000000", "iteration-count"),
        (b"r=NONCEabc,s=QSXCR+Q6sek8bf92,i=9" + b"9" * 30, "malformed-challenge"),
        (b"r=NONCEabc,s=QSXCR+Q6sek8bf92,i=-4096", "malformed-challenge"),
        (b"r=NONCE,s=QSXCR+Q6sek8bf92,i=4096", "malformed-challenge"),
        (b"r=other,s=QSXCR+Q6sek8bf92,i=4096", "malformed-challenge"),
        (b"m=x,r=NONCEabc,s=QSXCR+Q6sek8bf92,i=4096", "malformed-challenge"),
        (b"r=NONCEabc,s=a,i=4096", "malformed-challenge"),
        (b"r=NONCEabc,s=" + b"QUJD" * 1000 + b",i=4096", "malformed-challenge"),
        (b"", "malformed-challenge"),
        (b"\xff\xfe", "malformed-challenge"),
    ],
)
def test_a_bad_first_message_of_the_server(message: bytes, condition: str) -> None:
    talk = challenge(message)
    assert talk.condition == condition
    assert talk.requests == []
    assert b"<response" not in talk.all_sent


def scram_with(final: str, data: bytes | None) -> Conversation:
    talk = login("SCRAM-SHA-256")
    server = ServerScram("SHA-256", lambda _name: keys("SCRAM-SHA-256"))
    talk.server(sasl("challenge", server.first(talk.last_message())))
    server.final(talk.last_message())
    return talk.server(sasl(final, data))


@pytest.mark.parametrize("final", ["success", "challenge"])
@pytest.mark.parametrize("data", [b"v=AAAA", b"v=", b"x"])
def test_a_server_that_does_not_know_the_password(final: str, data: bytes) -> None:
    talk = scram_with(final, data)
    assert talk.condition == "server-not-authenticated"
    assert talk.failed is not None
    assert talk.failed.error.decision is Decision.GO_SLOW


def test_success_without_signature() -> None:
    assert scram_with("success", None).condition == "server-not-authenticated"


def test_success_before_the_exchange() -> None:
    assert login("SCRAM-SHA-1").server(sasl("success")).condition == "server-not-authenticated"
    early = login("SCRAM-SHA-1").server(sasl("success", b"v=AAAA"))
    assert early.condition == "server-not-authenticated"


def test_a_challenge_to_plain_is_refused() -> None:
    assert login("PLAIN").server(sasl("challenge", b"more")).condition == "malformed-challenge"


def test_what_is_not_base64_is_refused() -> None:
    talk = login("SCRAM-SHA-1").server(sasl("challenge", inside="!!!"))
    assert talk.condition == "malformed-challenge"


@pytest.mark.parametrize(
    ("condition", "decision"),
    [
        ("not-authorized", Decision.PARK),
        ("account-disabled", Decision.PARK),
        ("temporary-auth-failure", Decision.RETRY),
    ],
)
def test_a_failed_login(condition: str, decision: Decision) -> None:
    talk = login("SCRAM-SHA-1")
    talk.server(sasl("failure", inside=f"<{condition}/><text>Sorry</text>"))
    assert talk.failed is not None
    assert (talk.condition, talk.failed.error.text) == (condition, "Sorry")
    assert talk.failed.error.decision is decision


def test_a_refused_mechanism_is_followed_by_the_next_of_its_kind() -> None:
    talk = login("SCRAM-SHA-256", "SCRAM-SHA-1", "PLAIN")
    talk.server(sasl("failure", inside="<invalid-mechanism/>"))
    assert "mechanism='SCRAM-SHA-1'" in talk.last
    talk.server(sasl("failure", inside="<mechanism-too-weak/>"))
    assert talk.condition == "mechanism-too-weak"
    assert b"mechanism='PLAIN'" not in talk.all_sent


class Guessing(Tls):
    """TLS 1.3, where tls-unique is not defined and some servers mean it nevertheless."""

    def channel_binding(self, kind: str) -> bytes | None:
        return b"finished" if kind == "tls-unique" else super().channel_binding(kind)


@pytest.mark.parametrize("known", ["", "SCRAM-SHA-1-PLUS"], ids=["first time", "bound before"])
def test_a_guessed_binding_that_is_refused(known: str) -> None:
    talk = client(known_mechanism=known).connected(Guessing()).server(header())
    talk.server(features(mechanisms("SCRAM-SHA-1", "SCRAM-SHA-1-PLUS", "PLAIN")))
    assert talk.last_message().startswith(b"p=tls-unique,,")
    talk.server(sasl("failure", inside="<not-authorized/>"))
    if known:  # the guess was right then: no weaker mechanism now
        assert talk.condition == "not-authorized"
        return
    assert "mechanism='SCRAM-SHA-1'" in talk.last
    assert talk.last_message().startswith(b"n,,")
    talk.server(sasl("failure", inside="<not-authorized/>"))
    assert talk.condition == "not-authorized"
    assert b"mechanism='PLAIN'" not in talk.all_sent


@pytest.mark.parametrize(
    ("condition", "decision"),
    [
        ("conflict", Decision.PARK),
        ("resource-constraint", Decision.GO_SLOW),
        ("not-allowed", Decision.PARK),
    ],
)
def test_a_refused_resource(condition: str, decision: Decision) -> None:
    talk = client().secure().authenticate().server(features(BIND))
    error = f"<error type='cancel'><{condition} xmlns='{STANZA_NS}'/></error>"
    talk.server(f"<iq type='error' id='bind'>{error}</iq>")
    assert talk.failed is not None
    assert (talk.condition, talk.failed.error.decision) == (condition, decision)
    assert talk.failed.error.source is Source.BIND


@pytest.mark.parametrize("jid", ["", "x" * 4000])
def test_a_bind_result_without_a_usable_jid(jid: str) -> None:
    talk = (
        client()
        .secure()
        .authenticate()
        .server(features(BIND), BOUND.replace("romeo@example.net/orchard", jid))
    )
    assert talk.condition == "unexpected-element"


def test_a_server_without_bind() -> None:
    talk = client().secure().authenticate().server(features(SM))
    assert (talk.condition, talk.failed and talk.failed.error.source) == (
        "not-allowed",
        Source.BIND,
    )


def test_a_refused_session() -> None:
    talk = client().secure().authenticate().server(features(BIND, SESSION), BOUND)
    talk.server("<iq type='error' id='session'/>")
    assert talk.condition == "undefined-condition"


def test_endless_elements_are_cut_off() -> None:
    talk = client().secure().authenticate().server(features(BIND))
    count = 0
    while talk.failed is None:
        talk.server("<message/>")
        count += 1
        assert count <= MAX_ELEMENTS
    assert talk.condition == "too-many-elements"
    assert "<policy-violation " in talk.last


def test_features_twice_are_an_error() -> None:
    talk = client().connected().server(header(), features(STARTTLS), features(STARTTLS))
    assert talk.condition == "unexpected-element"


def test_a_stream_error_at_any_time() -> None:
    error = f"<stream:error><host-unknown xmlns='{STREAM_NS}'/></stream:error>"
    talk = client().connected().server(header(), error)
    assert talk.failed is not None
    assert isinstance(talk.failed.error, StreamErrorReceived)
    assert talk.failed.error.decision is Decision.PARK
    assert talk.last == "</stream:stream>"


# -- every state: time-out, closing, surprises --------------------------------------------------

WAYS = {
    StreamState.OPENING: lambda: client().connected(),
    StreamState.FEATURES: lambda: client().connected().server(header()),
    StreamState.STARTTLS: lambda: client().connected().server(header(), features(STARTTLS)),
    StreamState.TLS_HANDSHAKE: lambda: (
        client().connected().server(header(), features(STARTTLS), PROCEED)
    ),
    StreamState.AUTHENTICATING: lambda: login("SCRAM-SHA-1"),
    StreamState.RESUMING: resuming,
    StreamState.BINDING: lambda: client().secure().authenticate().server(features(BIND)),
    StreamState.SESSION: lambda: (
        client().secure().authenticate().server(features(BIND, SESSION), BOUND)
    ),
}


def in_state(state: StreamState) -> Conversation:
    talk = WAYS[state]()
    assert talk.negotiation.state is state
    return talk


@pytest.mark.parametrize("state", WAYS, ids=lambda state: state.name)
def test_a_server_that_never_answers(state: StreamState) -> None:
    talk = in_state(state)
    assert (talk.negotiation.timeout or 0) > 0
    talk.do(talk.negotiation.step_timeout())
    assert talk.failed is not None
    assert talk.condition == "timeout"
    assert state.value in talk.failed.error.text
    assert talk.failed.error.decision is Decision.RETRY


@pytest.mark.parametrize("state", WAYS, ids=lambda state: state.name)
def test_a_server_that_closes(state: StreamState) -> None:
    talk = in_state(state).server(
        "" if state is not StreamState.OPENING else header(), "</stream:stream>"
    )
    assert talk.condition == "stream-closed"


@pytest.mark.parametrize("state", set(WAYS) - {StreamState.OPENING}, ids=lambda state: state.name)
@pytest.mark.parametrize(
    "surprise", ["<surprise xmlns='urn:x'/>", "<iq type='set' id='bind' xmlns='urn:x'/>"]
)
def test_a_server_that_says_something_else(state: StreamState, surprise: str) -> None:
    talk = in_state(state).server(surprise)
    assert talk.condition == "unexpected-element"


@pytest.mark.parametrize("state", WAYS, ids=lambda state: state.name)
@pytest.mark.parametrize("call", ["connected", "tls", "keys"])
def test_an_owner_that_calls_out_of_turn_fails_closed(state: StreamState, call: str) -> None:
    if (state, call) == (StreamState.TLS_HANDSHAKE, "tls"):
        return
    negotiation = in_state(state).negotiation
    calls = {
        "connected": lambda: negotiation.connected(),
        "tls": lambda: negotiation.tls_established(Tls()),
        "keys": lambda: negotiation.keys_derived(ScramKeys("SHA-1", b"", 1, b"", b"")),
    }
    actions = calls[call]()
    assert isinstance(actions[-1], Failed)
    assert actions[-1].error.condition == "invalid-transition"
    assert negotiation.state is StreamState.FAILED
    assert all(isinstance(action, Send | Failed) for action in actions)


def test_hashes_are_found() -> None:
    assert hash_of("SCRAM-SHA-512-PLUS") == "SHA-512"
