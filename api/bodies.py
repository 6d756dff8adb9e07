"""The body of a request: read whole before the request goes on, up to a size and within a time."""

from __future__ import annotations

from anyio import move_on_after
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import LimitError, refusal

__all__ = ["BodyLimit"]


class BodyLimit:
    """Middleware that answers 413 to a body that is too large, announced or not, and 408 to one that is too slow.

    Parameters
    ----------
    limit : int
        Bytes.
    seconds : float
        From the request's head to the body's end.
    """

    def __init__(self, app: ASGIApp, *, limit: int, seconds: float) -> None:
        self._app = app
        self._limit = limit
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, its body read beforehand."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        # What is no number is refused by the server; digits alone can be a length.
        too_large = announced.isdigit() and int(announced[:20]) > self._limit
        body, last = bytearray(), None
        with move_on_after(self._seconds) as reading:
            while not too_large:
                last = await receive()
                if last["type"] != "http.request":
                    break
                body += last.get("body", b"")
                too_large = len(body) > self._limit
                if not last.get("more_body", False):
                    break
        # The rest of a body that was not read would be taken for the next request.
        close = {"Connection": "close"}
        if reading.cancelled_caught:
            error = LimitError(f"the body took more than {self._seconds:g} seconds", "send the whole body at once")
            await refusal(scope, 408, error, headers=close)(scope, receive, send)
            return
        if too_large:
            error = LimitError(f"the body has more than {self._limit} bytes", "send a shorter one")
            await refusal(scope, 413, error, headers=close)(scope, receive, send)
            return

        pending: list[Message] = [{"type": "http.request", "body": bytes(body), "more_body": False}]
        if last is not None and last["type"] != "http.request":
            pending = [last]

        async def replayed() -> Message:
            return pending.pop(0) if pending else await receive()

        await self._app(scope, replayed, send)
