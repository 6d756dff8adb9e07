"""Loaders whose batches outlive a resolver that gives up waiting."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from strawberry import dataloader

__all__ = ["DataLoader"]

K = TypeVar("K")
T = TypeVar("T")


class DataLoader(dataloader.DataLoader[K, T]):
    """A loader that several resolvers wait for, each for itself.

    When a field fails, execution cancels the resolvers beside it. What one of them waits for is
    cancelled with it, and others, far from the error, wait for the same value: they would be
    cancelled too, and the whole request with them.
    """

    def load(self, key: K) -> Awaitable[T]:
        """Value of a key, which is loaded even if this waiter is cancelled."""
        return asyncio.shield(super().load(key))
