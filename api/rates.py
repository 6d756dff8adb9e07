"""How many requests somebody may send: a bucket that each takes a token from, filled as time goes by."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address
from typing import Final

__all__ = ["Rates", "address_of"]

# An attacker with an IPv6 network has more addresses than fit into any table.
_NETWORK: Final = 64


class Rates:
    """A limit that holds for each of many senders alone.

    Parameters
    ----------
    per_minute : float
        Requests a minute in the long run; 0 for no limit.
    burst : float, optional
        Requests at once; those of three seconds, 10 at least, unless told.
    known : int
        Senders remembered; the one not seen for the longest time is forgotten first.
    clock : callable
        Seconds.

    Examples
    --------
    >>> seconds = iter([0.0, 0.0, 0.0, 30.0])
    >>> rates = Rates(2, burst=2, clock=lambda: next(seconds))
    >>> [rates.wait("a") for _ in range(4)]
    [0.0, 0.0, 30.0, 0.0]
    """

    def __init__(
        self,
        per_minute: float,
        *,
        burst: float | None = None,
        known: int = 10_000,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._per_second = per_minute / 60
        self._burst = burst if burst is not None else max(10.0, per_minute / 20)
        self._known = known
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, sender: str) -> float:
        """Seconds that a sender must wait; 0.0, and a token less, when the request may go on."""
        if self._per_second <= 0:
            return 0.0
        now = self._clock()
        tokens, then = self._buckets.pop(sender, (self._burst, now))
        tokens = min(self._burst, tokens + (now - then) * self._per_second)
        allowed = tokens >= 1
        self._buckets[sender] = (tokens - 1 if allowed else tokens, now)
        if len(self._buckets) > self._known:
            self._buckets.popitem(last=False)
        return 0.0 if allowed else (1 - tokens) / self._per_second


def address_of(host: str) -> str:
    """What stands for a sender without a key: its IPv4 address, or its IPv6 network.

    >>> address_of("2001:db8::1") == address_of("2001:db8::2")
    True
    """
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if not isinstance(address, IPv6Address):
        return host
    return str(address.ipv4_mapped or int(address) >> (128 - _NETWORK))
