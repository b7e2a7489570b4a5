"""Who a request is from: an account, a cookie of ours, an address; and what proxies say of it."""

from __future__ import annotations

from typing import Any

import pytest

from showcard.ui.server.hops import Hops
from showcard.ui.session.visitors import NOBODY, Cookies, Visitor, network_of, visitor


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("unknown", ""),
        ("203.0.113.7.example", ""),
        ("\0", ""),
    ],
)
def test_what_counts_as_one_address(address: str, network: str) -> None:
    assert network_of(address) == network


def test_who_signed_in_counts_by_name_wherever_they_are() -> None:
    assert visitor("ann", "x", "203.0.113.7") == visitor("ann", "", "198.51.100.1")
    assert visitor("ann", "", "203.0.113.7").address == ""


def test_a_cookie_counts_at_its_address_too() -> None:
    one, two = visitor("", "one", "203.0.113.7"), visitor("", "two", "203.0.113.7")
    assert one.person != two.person
    assert one.address == two.address == "203.0.113.7"


def test_without_a_cookie_the_address_is_the_person() -> None:
    assert visitor("", "", "203.0.113.7") == visitor("", "", "203.0.113.7") != visitor("", "", "203.0.113.8")
    assert visitor("", "", "") == NOBODY == Visitor()


def test_no_name_passes_for_one_of_another_kind() -> None:
    people = {
        visitor("203.0.113.7", "", "").person,
        visitor("", "203.0.113.7", "").person,
        visitor("", "", "203.0.113.7").person,
    }
    assert len(people) == 3
    assert len({key for person in ("a", "at 203.0.113.7") for key in visitor("", person, "203.0.113.7").keys}) == 3


def test_only_a_cookie_that_we_minted_is_somebody() -> None:
    cookies, others = Cookies(), Cookies()
    minted = cookies.mint()
    name = minted.partition(".")[0]
    assert cookies.name_in(minted) == name
    for made_up in ("", ".", name, f"{name}.", f"x{minted}", f"{minted}x", others.mint(), "\udcff.\udcff", f"{name}.é"):
        assert cookies.name_in(made_up) == ""


async def passed(proxies: int | None, client: str, *headers: tuple[str, str], kind: str = "http") -> dict[str, Any]:
    """What the app sees of a request."""
    seen: dict[str, Any] = {}

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.update(scope)

    sent = [(name.encode(), value.encode("latin-1")) for name, value in headers]
    scope = {"type": kind, "scheme": "http" if kind == "http" else "ws", "client": (client, 9), "headers": sent}
    ours = {"cards.example.org", "127.0.0.1:7860"}
    await Hops(app, proxies, ours.__contains__)(scope, None, None)  # type: ignore[arg-type]
    return seen


FORGED = ("x-forwarded-for", "198.51.100.9, 192.0.2.1")


@pytest.mark.parametrize(
    ("proxies", "client", "said", "known"),
    [
        (1, "10.0.0.1", ("x-forwarded-for", "198.51.100.9, 203.0.113.7"), "203.0.113.7"),
        (2, "10.0.0.1", ("x-forwarded-for", "198.51.100.9, 203.0.113.7, 10.0.0.2"), "203.0.113.7"),
        (2, "10.0.0.1", ("x-forwarded-for", "203.0.113.7"), "203.0.113.7"),  # which did not pass the outer one
        (1, "10.0.0.1", ("x-forwarded-for", "203.0.113.7:4711"), "203.0.113.7"),
        (1, "10.0.0.1", ("x-forwarded-for", "[2001:db8::1]:4711"), "2001:db8::1"),
        (1, "10.0.0.1", ("x-forwarded-for", "2001:db8::1"), "2001:db8::1"),
        (1, "10.0.0.1", ("x-forwarded-for", "203.0.113.7, unknown"), "10.0.0.1"),
        (1, "10.0.0.1", ("x-forwarded-for", ""), "10.0.0.1"),
        (1, "10.0.0.1", ("accept", "*/*"), "10.0.0.1"),
        (0, "10.0.0.1", FORGED, "10.0.0.1"),  # reached directly: what it says is the sender's own invention
        (None, "93.184.216.34", FORGED, "93.184.216.34"),
        (None, "10.0.0.1", ("accept", "*/*"), "10.0.0.1"),
    ],
)
async def test_whose_address_counts(proxies: int | None, client: str, said: tuple[str, str], known: str) -> None:
    assert (await passed(proxies, client, said))["client"][0] == known


@pytest.mark.parametrize("said", ["x-forwarded-for", "x-forwarded-proto", "forwarded", "x-real-ip", "via"])
@pytest.mark.parametrize("client", ["127.0.0.1", "10.0.0.1", "::1", "fd00::1"])
async def test_behind_a_proxy_that_nobody_named_no_address_is_known(client: str, said: str) -> None:
    assert (await passed(None, client, (said, "203.0.113.7")))["client"] is None


async def test_the_header_may_come_several_times() -> None:
    twice = [("x-forwarded-for", "198.51.100.9"), ("x-forwarded-for", "203.0.113.7")]
    assert (await passed(1, "10.0.0.1", *twice))["client"][0] == "203.0.113.7"


async def test_the_scheme_and_the_name_are_those_of_the_trusted_proxy() -> None:
    said = [("host", "127.0.0.1:7860"), ("x-forwarded-proto", "http, https")]
    seen = await passed(1, "10.0.0.1", *said, ("x-forwarded-host", "evil.example, cards.example.org"))
    assert seen["scheme"] == "https"
    assert dict(seen["headers"]) == {b"host": b"cards.example.org", b"x-forwarded-proto": b"https"}
    assert (await passed(1, "10.0.0.1", *said, kind="websocket"))["scheme"] == "wss"


async def test_a_name_that_is_none_of_ours_is_not_taken_from_a_proxy_nor_hidden_by_one() -> None:
    other = await passed(1, "10.0.0.1", ("host", "127.0.0.1:7860"), ("x-forwarded-host", "evil.example"))
    assert dict(other["headers"])[b"host"] == b"127.0.0.1:7860"
    rebound = await passed(1, "10.0.0.1", ("host", "evil.example"), ("x-forwarded-host", "cards.example.org"))
    assert dict(rebound["headers"])[b"host"] == b"evil.example"


@pytest.mark.parametrize("proxies", [0, None])
async def test_without_a_trusted_proxy_none_sets_scheme_or_name(proxies: int | None) -> None:
    said = [("host", "127.0.0.1:7860"), ("x-forwarded-proto", "https"), ("x-forwarded-host", "cards.example.org")]
    seen = await passed(proxies, "93.184.216.34", *said, ("x-gradio-server", "https://evil.example"))
    assert (seen["scheme"], dict(seen["headers"])[b"host"]) == ("http", b"127.0.0.1:7860")
    assert not {b"x-forwarded-host", b"x-gradio-server", b"x-forwarded-for"} & {name for name, _ in seen["headers"]}
