"""A card's references: files stay inside the folder, addresses lead to public hosts, sizes are bounded."""

from __future__ import annotations

import asyncio
import gzip
import io
import socket
import struct
import zlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest
from PIL import Image

from showcard.inference.transport import assets
from showcard.inference.transport import http as transport
from showcard.inference.transport.addresses import is_public
from showcard.inference.transport.assets import AssetError, load
from showcard.metadata.media import Media
from showcard.metadata.reading.files import Folder
from tests.inference.test_errors import answering
from tests.support.scripted import Script, Scripted, Talk, scripted


def png(width: int = 3, height: int = 2) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), "red").save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    (tmp_path / "secret.txt").write_text("secret")
    root = tmp_path / "model"
    (root / "images").mkdir(parents=True)
    (root / "images" / "a cat#1.png").write_bytes(png())
    (root / "link.png").symlink_to(tmp_path / "secret.txt")
    (root / "broken.png").write_bytes(b"not an image")
    return Folder(root)


@pytest.mark.parametrize(
    "source", ["images/a cat#1.png", "./images/a cat#1.png", "images/a%20cat%231.png", "/images/a cat#1.png"]
)
async def test_a_file_of_the_folder(folder: Folder, source: str) -> None:
    found = await load(Media.from_reference(source), folder)
    assert (found.data, found.media_type) == (png(), "image/png")


@pytest.mark.parametrize(
    "source",
    [
        "../secret.txt",
        "images/../../secret.txt",
        "%2e%2e/secret.txt",
        "..%2fsecret.txt",
        "/etc/passwd",
        "link.png",
        "file:///etc/passwd",
        "file:secret.txt",
        "ftp://example.com/x.png",
        "javascript:alert(1)",
        "~/.ssh/id_rsa",
        "\\\\host\\share",
        "images",
        "",
        "nope.png\0.png",
        "missing.png",
    ],
)
async def test_nothing_outside_the_folder(folder: Folder, source: str) -> None:
    with pytest.raises(AssetError):
        await load(Media(source=source), folder)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "10.0.0.1",
        "192.168.1.1",
        "172.16.0.1",
        "169.254.169.254",
        "0.0.0.0",
        "100.64.0.1",
        "224.0.0.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:10.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[::7f00:1]",
        "[::]",
        "[2002:7f00:1::]",
        "[2001:0:4136:e378:8000:63bf:80ff:fffe]",
        "[64:ff9b:1::7f00:1]",
        "[fd00:ec2::254]",
        "[fec0::1]",
        "[3fff::1]",
        "192.88.99.1",
        "[ff02::1]",
        "255.255.255.255",
        "192.0.2.1",
        "198.18.0.1",
        "[fe80::1]",
        "[fc00::1]",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "127.1",
    ],
)
async def test_no_address_but_a_public_one(host: str) -> None:
    with pytest.raises(AssetError, match=r"not a public host|not known"):
        await load(Media(source=f"http://{host}/x.png"), None)


@pytest.mark.parametrize("url", ["http://user:pw@example.com/x", "https:///x", "http://[::1/x", "//127.0.0.1/x"])
async def test_odd_addresses(url: str) -> None:
    with pytest.raises(AssetError):
        await load(Media(source=url), None)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "64:ff9b::5db8:d822"])
def test_the_open_internet_is_open(address: str) -> None:
    assert is_public(address)


async def test_one_private_address_among_public_ones_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    resolved(monkeypatch, ["93.184.216.34", "127.0.0.1"])
    with pytest.raises(AssetError, match="not a public host"):
        await load(Media(source="http://rebind.example/x.png"), None)


async def test_the_connection_goes_to_the_checked_address(monkeypatch: pytest.MonkeyPatch) -> None:
    resolved(monkeypatch, ["93.184.216.34"])
    url, headers, extensions = await assets._pinned("https://cards.example/a/b.png?x=1#y")
    assert url == "https://93.184.216.34:443/a/b.png?x=1"
    assert (headers["host"], extensions["sni_hostname"]) == ("cards.example", "cards.example")


def resolved(monkeypatch: pytest.MonkeyPatch, addresses: list[str]) -> None:
    async def getaddrinfo(self: Any, host: str, port: int, **_: Any) -> Any:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr("asyncio.base_events.BaseEventLoop.getaddrinfo", getaddrinfo)


# -- servers that mean no good ---------------------------------------------------------------------------------------


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """Names and the addresses they have, one after the other; addresses are themselves."""
    known: dict[str, list[str]] = {}

    async def getaddrinfo(self: Any, host: str, port: int, **_: Any) -> Any:
        held = known.get(host)
        address = host.strip("[]") if held is None else held.pop(0) if len(held) > 1 else held[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr("asyncio.base_events.BaseEventLoop.getaddrinfo", getaddrinfo)
    return known


class Public(httpx2.AsyncBaseTransport):
    """The Internet, played by one server; what goes to a private address arrives in `inside`."""

    def __init__(self, url: str) -> None:
        self.url = httpx2.URL(url)
        self.pool = httpx2.AsyncHTTPTransport()
        self.inside: list[str] = []

    async def handle_async_request(self, asked: httpx2.Request) -> httpx2.Response:
        if not is_public(asked.url.host):
            self.inside.append(str(asked.url))
        asked.url = asked.url.copy_with(scheme="http", host=self.url.host, port=self.url.port)
        return await self.pool.handle_async_request(asked)


@pytest.fixture
async def public(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Callable[[Scripted], Public]]:
    played: list[Public] = []

    def play(server: Scripted) -> Public:
        played.append(Public(server.url))
        monkeypatch.setattr(transport, "_pool", lambda: played[-1])
        return played[-1]

    yield play
    for one in played:
        await one.pool.aclose()


Play = Callable[[Scripted], Public]


async def test_a_public_file_is_fetched(names: dict[str, list[str]], public: Play) -> None:
    names["cards.example"] = ["93.184.216.34"]
    async with scripted(answering("200 OK", png(), "image/png")) as server:
        public(server)
        found = await load(Media(source="https://cards.example:8443/a b.png?x#y"), None)
    assert (found.data, found.media_type) == (png(), "image/png")
    head = server.heads[0].lower()
    assert head.startswith("get /a%20b.png?x http/1.1")
    assert "host: cards.example:8443" in head
    assert not any(word in head for word in ("authorization", "cookie", "referer"))


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.1/secret",
        "http://localhost:8080/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::ffff:10.0.0.1]/",
        "http://2130706433/",
        "//10.0.0.1/x",
        "http://inside.example/x",
        "file:///etc/passwd",
        "gopher://x/",
        "http://user:pw@cards.example/",
    ],
)
async def test_a_redirect_inside_is_not_followed(names: dict[str, list[str]], public: Play, target: str) -> None:
    names |= {
        "cards.example": ["93.184.216.34"],
        "inside.example": ["10.1.2.3"],
        "localhost": ["127.0.0.1"],
        "2130706433": ["127.0.0.1"],
    }
    async with scripted(answering("302 Found", "", "text/plain", f"location: {target}")) as server:
        there = public(server)
        with pytest.raises(AssetError, match=r"not a public host|only plain"):
            await load(Media(source="http://cards.example/x.png"), None)
        assert len(server.heads) == 1
        assert there.inside == []


async def test_a_name_that_changes_its_address_gets_no_further(names: dict[str, list[str]], public: Play) -> None:
    """It is resolved once a hop, and the connection goes to what was checked: rebinding finds no gap."""
    names["rebind.example"] = ["93.184.216.34", "127.0.0.1"]
    async with scripted(answering("302 Found", "", "text/plain", "location: /again")) as server:
        there = public(server)
        with pytest.raises(AssetError, match="not a public host"):
            await load(Media(source="http://rebind.example/x.png"), None)
        assert (len(server.heads), there.inside) == (1, [])


async def test_redirects_end(names: dict[str, list[str]], public: Play) -> None:
    names["cards.example"] = ["93.184.216.34"]
    async with scripted(answering("302 Found", "", "text/plain", "location: /x.png")) as server:
        public(server)
        with pytest.raises(AssetError, match="redirects too often"):
            await load(Media(source="http://cards.example/x.png"), None)
        assert len(server.heads) == assets.MAX_REDIRECTS + 1


async def silent(talk: Talk) -> None:
    await talk.gone()


async def dripping(talk: Talk) -> None:
    """A byte at a time, each in time: only the clock over all of it ends this."""
    await talk.say("HTTP/1.1 200 OK\r\ncontent-type: image/png\r\ncontent-length: 100000\r\n\r\n")
    left = asyncio.create_task(talk.gone())
    while not left.done():
        await talk.say(b"x")
        await asyncio.wait([left], timeout=0.005)


@pytest.mark.parametrize("script", [silent, dripping])
async def test_a_slow_server_is_left(
    names: dict[str, list[str]], public: Play, monkeypatch: pytest.MonkeyPatch, script: Script
) -> None:
    monkeypatch.setattr(assets, "SECONDS", 0.1)
    names["cards.example"] = ["93.184.216.34"]
    async with scripted(script) as server:
        public(server)
        with pytest.raises(AssetError, match="did not answer within"):
            await load(Media(source="http://cards.example/x.png"), None)
        await asyncio.wait_for(server.left.wait(), 1)


def bomb(packed: bool) -> Script:
    """Ten million bytes; packed, they are ten thousand on the wire."""
    body = b"\0" * 10_000_000
    if packed:
        return answering("200 OK", gzip.compress(body), "image/png", "content-encoding: gzip")
    return answering("200 OK", body, "image/png")


@pytest.mark.parametrize("packed", [False, True])
async def test_a_file_that_is_larger_than_it_should_be(
    names: dict[str, list[str]], public: Play, monkeypatch: pytest.MonkeyPatch, packed: bool
) -> None:
    monkeypatch.setattr(assets, "MAX_BYTES", 2**20)
    names["cards.example"] = ["93.184.216.34"]
    async with scripted(bomb(packed)) as server:
        public(server)
        with pytest.raises(AssetError, match="larger than 1 MB"):
            await load(Media(source="http://cards.example/x.png"), None)


@pytest.mark.parametrize("status", ["404 Not Found", "500 Error", "204 No Content", "401 Unauthorized"])
async def test_a_file_that_is_not_there(names: dict[str, list[str]], public: Play, status: str) -> None:
    names["cards.example"] = ["93.184.216.34"]
    async with scripted(answering(status, "")) as server:
        public(server)
        with pytest.raises(AssetError, match=f"HTTP {status[:3]}"):
            await load(Media(source="http://cards.example/x.png"), None)


def large_png(width: int, height: int) -> bytes:
    """A valid picture that says it has so many pixels, all of them black, in a few bytes."""

    def part(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    size = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    pixels = zlib.compress(bytes((width // 8 + 1) * 8))
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", size) + part(b"IDAT", pixels) + part(b"IEND", b"")


@pytest.mark.parametrize(("width", "height"), [(30_000, 30_000), (2**31 - 1, 2**31 - 1), (90_000, 1_000)])
async def test_a_picture_that_swells(width: int, height: int) -> None:
    with pytest.raises(AssetError, match=r"has too many pixels: at most 80 million|is not an image"):
        await load(
            Media.from_bytes(
                large_png(width, height)
                if width < 2**20
                else png()[:16] + struct.pack(">II", width, height) + png()[24:]
            ),
            None,
        )


async def test_a_picture_whose_text_swells() -> None:
    held = io.BytesIO()
    Image.new("RGB", (2, 2)).save(held, "PNG")
    data = held.getvalue()
    text = b"k\0\0" + zlib.compress(b"a" * 80_000_000)
    chunk = struct.pack(">I", len(text)) + b"zTXt" + text + struct.pack(">I", zlib.crc32(b"zTXt" + text))
    with pytest.raises(AssetError, match="not an image"):
        await load(Media.from_bytes(data[:33] + chunk + data[33:]), None)


async def test_own_files_by_their_address_come_from_the_repo(folder: Folder) -> None:
    """An address of the card's own repo opens the file beside the card: no network, no token."""
    for source in ("https://huggingface.co/org/m/resolve/main/images/a%20cat%231.png?download=true",
                   "https://huggingface.co/org/m/blob/main/images/a cat%231.png"):  # fmt: skip
        assert (await load(Media(source=source), folder, "org/m")).data == png()
    with pytest.raises(AssetError):
        await load(Media(source="https://huggingface.co/org/m/resolve/main/..%2fsecret.txt"), folder, "org/m")


async def test_a_picture_of_too_many_pixels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assets, "MAX_PIXELS", 100)
    with pytest.raises(AssetError, match="pixels"):
        await load(Media.from_bytes(png(20, 20)), None)


async def test_what_is_no_picture(folder: Folder) -> None:
    with pytest.raises(AssetError, match="not an image"):
        await load(Media.from_reference("broken.png"), folder)
