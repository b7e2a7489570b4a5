"""The connections of a test end with it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from showcard.inference.transport import http as transport


@pytest.fixture(autouse=True)
async def _no_connection_outlives_a_test() -> AsyncIterator[None]:
    yield
    await transport.close()
