"""OTP-grade supervision for pykka actors on an asyncio event loop.

Start here: `EventLoopActor` is a pykka actor on a loop, `Supervisor` and `DynamicSupervisor`
restart children, `ChildSpec` says how, `Address` names a child across its restarts, `monitor`
tells of any actor's end. docs/supervision.md explains and shows them.
"""

from supervisors import telemetry
from supervisors.address import Address
from supervisors.child import ChildInfo, ChildState, Counts
from supervisors.clock import Clock, LoopClock, TimerHandle
from supervisors.deadletters import DeadLetter, Refusal, RefusalReason, dead_letters
from supervisors.dynamic import DynamicSupervisor
from supervisors.entities import Entities, EntityAddress, EntityCounts
from supervisors.errors import (
    ActorDeadError,
    AlreadyPresent,
    AlreadyStarted,
    CallCancelled,
    ChildError,
    ChildNotFound,
    ChildRestarting,
    ChildRunning,
    InboxFull,
    MaxChildren,
    SpecError,
    StartAborted,
    StartError,
    StartIgnored,
    StartTimeout,
    SupervisorsError,
    WouldBlockLoop,
)
from supervisors.future import LoopFuture
from supervisors.handle import SupervisorRef
from supervisors.monitor import Monitor, demonitor, kill, monitor, shutdown
from supervisors.policy import (
    BRUTAL_KILL,
    INFINITY,
    AskFailure,
    AutoShutdown,
    ChildType,
    InboxPolicy,
    Restart,
    Strategy,
)
from supervisors.reasons import KILLED, NORMAL, SHUTDOWN, Down, ExitKind, ExitReason
from supervisors.runtime import EventLoopActor, LoopRef, ask
from supervisors.spec import AUTO_ID, Backoff, ChildSpec, Jitter
from supervisors.supervision import IGNORE
from supervisors.supervisor import Supervisor
from supervisors.telemetry import Event, EventKind
from supervisors.tree import TreeNode, render

__all__ = [
    "AUTO_ID",
    "BRUTAL_KILL",
    "IGNORE",
    "INFINITY",
    "KILLED",
    "NORMAL",
    "SHUTDOWN",
    "ActorDeadError",
    "Address",
    "AlreadyPresent",
    "AlreadyStarted",
    "AskFailure",
    "AutoShutdown",
    "Backoff",
    "CallCancelled",
    "ChildError",
    "ChildInfo",
    "ChildNotFound",
    "ChildRestarting",
    "ChildRunning",
    "ChildSpec",
    "ChildState",
    "ChildType",
    "Clock",
    "Counts",
    "DeadLetter",
    "Down",
    "DynamicSupervisor",
    "Entities",
    "EntityAddress",
    "EntityCounts",
    "Event",
    "EventKind",
    "EventLoopActor",
    "ExitKind",
    "ExitReason",
    "InboxFull",
    "InboxPolicy",
    "Jitter",
    "LoopClock",
    "LoopFuture",
    "LoopRef",
    "MaxChildren",
    "Monitor",
    "Refusal",
    "RefusalReason",
    "Restart",
    "SpecError",
    "StartAborted",
    "StartError",
    "StartIgnored",
    "StartTimeout",
    "Strategy",
    "Supervisor",
    "SupervisorRef",
    "SupervisorsError",
    "TimerHandle",
    "TreeNode",
    "WouldBlockLoop",
    "ask",
    "dead_letters",
    "demonitor",
    "kill",
    "monitor",
    "render",
    "shutdown",
    "telemetry",
]
