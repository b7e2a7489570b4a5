"""Connections that are read with asyncio's own timeout: anyio's is a sixth of what an update of an answer costs.

It leans on the inside of httpcore2 (`_backends.anyio`): look at it at each upgrade."""

from __future__ import annotations

import asyncio
import ssl
from typing import Any

import anyio
import httpcore2
from httpcore2._backends.anyio import AnyIOBackend, AnyIOStream


class Backend(AnyIOBackend):
    """httpcore2's way to open connections."""

    async def connect_tcp(self, *where: Any, **options: Any) -> AnyIOStream:
        """A connection to a host and port. Raises httpcore2's errors."""
        return _Stream((await super().connect_tcp(*where, **options))._stream)  # type: ignore[attr-defined]


class _Stream(AnyIOStream):
    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        """What has arrived, nothing at the end; `timeout` in seconds. Raises ReadTimeout or ReadError."""
        try:
            async with asyncio.timeout(timeout):
                return await self._stream.receive(max_bytes)
        except anyio.EndOfStream:
            return b""
        except TimeoutError as error:
            raise httpcore2.ReadTimeout(str(error)) from error
        except (anyio.BrokenResourceError, anyio.ClosedResourceError) as error:
            raise httpcore2.ReadError(str(error)) from error

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> AnyIOStream:
        """The same connection over TLS. Raises httpcore2's errors."""
        secure = await super().start_tls(ssl_context, server_hostname, timeout)
        return _Stream(secure._stream)  # type: ignore[attr-defined]
