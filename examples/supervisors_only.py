"""A supervised pool of workers on one event loop, without any XMPP.

A `Shop` (rest_for_one) holds a ledger, a dynamic pool of cooks and a counter, in this order: the
counter uses the cooks, the cooks write to the ledger. Some dishes burn: then the cook crashes and
is replaced, and the counter gives the order to another one. Run it: `python supervisors_only.py`.
"""

from __future__ import annotations

import asyncio
import logging
import random

from supervisors import (
    AUTO_ID,
    ActorDeadError,
    Address,
    ChildSpec,
    DynamicSupervisor,
    EventKind,
    EventLoopActor,
    Restart,
    Strategy,
    Supervisor,
    SupervisorRef,
    render,
    shutdown,
    telemetry,
)


class Burnt(Exception):
    """What happens to every third dish of a cook."""


class Ledger(EventLoopActor):
    """Counts what was served; asked for the sum, it answers."""

    def __init__(self) -> None:
        super().__init__()
        self.served: list[str] = []

    def on_receive(self, message: str) -> int:
        """Note a dish, and answer how many there were."""
        if message != "sum":
            self.served.append(message)
        return len(self.served)


class Cook(EventLoopActor):
    """Cooks; a coroutine, so that one cook has several pots on the fire."""

    def __init__(self, ledger: Address) -> None:
        super().__init__()
        self.ledger = ledger
        self.pots = 0

    async def on_receive(self, dish: str) -> str:
        """Cook one dish."""
        await asyncio.sleep(0.01)
        self.pots += 1
        if self.pots % 3 == 0:
            raise Burnt(dish)  # the asker gets it, and this cook is replaced
        self.ledger.tell(dish)
        return f"one {dish}"


class Counter(EventLoopActor):
    """Takes orders and has them cooked, if need be by another cook."""

    def __init__(self, kitchen: Address) -> None:
        super().__init__()
        self.kitchen = kitchen

    async def on_receive(self, dish: str) -> str:
        """Serve one dish."""
        for _ in range(20):
            kitchen = self.kitchen.ref
            assert isinstance(kitchen, SupervisorRef)  # rest_for_one: it is up as long as we are
            cooks = await kitchen.which_children()
            free = [cook.ref for cook in cooks if cook.ref is not None]
            try:
                served: str = await random.choice(free).ask(dish, block=False)
            except (Burnt, ActorDeadError) as failure:
                print(f"  {dish} again: {failure!r}")
            else:
                return served
        return f"no {dish} today"


class Shop(Supervisor):
    """The tree. Addresses are valid before those they name have started."""

    def __init__(self) -> None:
        super().__init__(self.children, strategy=Strategy.REST_FOR_ONE, name="shop")

    @staticmethod
    def children(shop: Supervisor) -> list[ChildSpec]:
        """The children, in starting order."""
        cook = ChildSpec(AUTO_ID, Cook, (shop.address("ledger"),), restart=Restart.PERMANENT)
        options = {"intensity": 50, "name": "kitchen"}
        return [
            ChildSpec("ledger", Ledger),
            ChildSpec("kitchen", DynamicSupervisor, (cook,), options),
            ChildSpec("counter", Counter, (shop.address("kitchen"),)),
        ]


def report(event: telemetry.Event) -> None:
    """Print what the supervisors do."""
    if event.kind is not EventKind.STARTED:
        print(f"  [{event.kind.value}] {event.child_id} {event.exception or ''}")


async def main() -> None:
    """Open the shop, serve, close."""
    telemetry.subscribe(report)
    shop = await Shop.spawn()
    kitchen = (await shop.which_child("kitchen")).ref
    for _ in range(3):
        await kitchen.start_child()
    print(render(await shop.tree()))
    counter = (await shop.which_child("counter")).ref
    orders = [counter.ask(f"dish {n}", block=False) for n in range(10)]
    for order in orders:
        print(await order)
    ledger = (await shop.which_child("ledger")).ref
    print("served:", await ledger.ask("sum", block=False))
    print("closed:", await shutdown(shop))


if __name__ == "__main__":
    logging.basicConfig(level=logging.CRITICAL)  # the crashes are part of the show
    asyncio.run(main())
