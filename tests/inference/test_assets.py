"""A card's references: files stay inside the folder, addresses lead to public hosts, sizes are bounded."""

from __future__ import annotations

import io
import socket
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from inference import assets
from inference.assets import AssetError, load
from metadata.files import Folder
from metadata.media import Media


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


async def test_a_picture_of_too_many_pixels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assets, "MOST_PIXELS", 100)
    with pytest.raises(AssetError, match="pixels"):
        await load(Media.from_bytes(png(20, 20)), None)


async def test_what_is_no_picture(folder: Folder) -> None:
    with pytest.raises(AssetError, match="not an image"):
        await load(Media.from_reference("broken.png"), folder)
