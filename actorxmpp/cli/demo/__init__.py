"""``actorxmpp demo``: a server, a fleet, traffic and trouble, all on this machine.

In the order in which they matter:

- ``options``: how big, how long, which seed, and what follows from it;
- ``ledger``: which messages are on their way; what is answered, sent again, lost;
- ``latency``: a histogram of constant size;
- ``bots``: the echo bot and the echo component that the fleet runs;
- ``traffic``: sends messages at a rate, and again when no answer comes;
- ``chaos``: cuts connections and crashes handlers, on a schedule made from the seed;
- ``stage``: the server and the fleet of one run;
- ``runner``: the acts of the play, from an empty stage to the summary;
- ``summary``: what came of it, as JSON and as text; ``view``: what is seen meanwhile;
- ``command``: the command line.
"""
