"""The private names of pykka that this package uses, all of them: nothing else imports one.

What is relied on inside pykka 4.5 (tests/supervisors/test_pykka_internals.py holds it to that):

- `ActorStop`, the message `ActorRef.stop` sends (dispatch.py, runtime.py);
- `Envelope`, in which a threading actor's inbox wants its messages (runtime.py);
- the three hooks a runtime fills in: `_create_actor_inbox`, `_create_future`, `_start_actor_loop`;
- that `ActorProxy` reaches the actor by calling `ref._actor_weakref()`;
- that the `__init__` of `Actor`, `ActorRef` and `Future` do nothing that runtime.py and future.py
  don't do in their place (future.py has `_get_hook` as a class attribute).
"""

from __future__ import annotations

from pykka._envelope import Envelope
from pykka.messages import _ActorStop as ActorStop

__all__ = ["ActorStop", "Envelope"]
