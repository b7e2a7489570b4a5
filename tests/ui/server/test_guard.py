"""Who may talk to the app, and what it tells the browser."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from showcard.ui.server.guard import Access, Guard, allowed_hosts
from showcard.ui.server.routes import Routes
from showcard.ui.server.signin import COOKIE


def app(access: Access, **cookies: str) -> TestClient:
    """Something that says hello everywhere, and would let any site read it, behind the guard."""

    async def hello(request: object) -> PlainTextResponse:
        answer = PlainTextResponse("hello", headers={"access-control-allow-origin": "*"})
        answer.headers["Access-Control-Allow-Credentials"] = "true"
        for cookie in cookies.values():
            answer.headers.append("set-cookie", cookie)
        return answer

    inner = Starlette(routes=[Route("/{path:path}", hello, methods=["GET", "POST"])])
    guard = Guard(inner, access, {"mine"}.__contains__, Routes(["compare"], folder="/uploads"))  # type: ignore[arg-type]
    return TestClient(guard, base_url="http://127.0.0.1:7860")


@pytest.fixture
def client() -> Iterator[TestClient]:
    with app(Access()) as found:
        yield found


@pytest.mark.parametrize("host", ["127.0.0.1:7860", "localhost:7860", "[::1]:7860", "LOCALHOST"])
def test_its_own_names_are_answered(client: TestClient, host: str) -> None:
    assert client.get("/", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example", "127.0.0.1.evil.example", "localhost.evil:7860", "", "[", "10.0.0.1", "evil.example@127.0.0.1",
        "127.0.0.1@", "user:word@127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:0", "127.0.0.1:65536", "127.0.0.1:-1",
        "127.0.0.1:\u0661", "127.0.0.1 ", " 127.0.0.1", "127.0.0.1/", "127.0.0.1?", "127.0.0.1#", "127.0.0.1,localhost",
        "::1", "[::1", "[::1]x", "[::1%25lo]", "localhost.", "http://localhost", "127.0.0.1\\x", "localhost\xa0",
    ],
)  # fmt: skip
def test_another_name_is_refused(client: TestClient, host: str) -> None:
    answer = client.get("/", headers={"host": host.encode()})
    assert answer.status_code == 421
    assert "does not answer as" in answer.json()["error"]


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "https://127.0.0.1:7860.evil", "http://127.0.0.1:9999", "null", "http://["]
)
def test_a_request_of_another_site_is_refused(client: TestClient, origin: str) -> None:
    assert client.post("/gradio_api/cancel", headers={"origin": origin}).status_code == 403


def test_a_request_of_its_own_page_is_taken(client: TestClient) -> None:
    assert client.post("/gradio_api/cancel", headers={"origin": "http://127.0.0.1:7860"}).status_code == 200
    assert client.post("/gradio_api/cancel").status_code == 200


def test_one_host_is_named(client: TestClient) -> None:
    twice = [("host", "127.0.0.1:7860"), ("host", "127.0.0.1:7860")]
    assert client.get("/", headers=twice).status_code == 421


@pytest.mark.parametrize(("path", "status"), [("/", 200), ("/nowhere", 404), ("/%0a", 400)])
def test_the_headers_of_every_answer(client: TestClient, path: str, status: int) -> None:
    answer = client.get(path, headers={"origin": "http://127.0.0.1:7860"})
    assert answer.status_code == status
    headers = answer.headers
    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe-eval" not in policy
    assert "frame-ancestors 'self'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert not [name for name in headers if name.startswith("access-control")]
    assert "strict-transport-security" not in headers


def test_https_is_for_good_where_it_is_spoken(client: TestClient) -> None:
    assert client.get("https://localhost/").headers["strict-transport-security"] == "max-age=31536000"
    said = client.get("http://localhost/", headers={"x-forwarded-proto": "https"})
    assert "strict-transport-security" not in said.headers, "the proxy is believed by who serves, or not at all"


def test_cookies_stay_on_this_site_but_for_the_one_of_who_signed_in() -> None:
    own = f"{COOKIE}=x; Path=/; HttpOnly; Secure; SameSite=None"
    with app(Access(), own=own, other="a=b; SameSite=none; Path=/", plain="c=d") as client:
        cookies = client.get("/").headers.get_list("set-cookie")
    assert cookies == [own, "a=b; Path=/; SameSite=Lax", "c=d; SameSite=Lax"]


def test_a_space_is_framed_by_the_hub_alone() -> None:
    access = Access(allowed_hosts("0.0.0.0", ["me-app.hf.space"]), framed_by="https://huggingface.co")
    with app(access) as client:
        answer = client.get("/", headers={"host": "me-app.hf.space"})
    assert answer.status_code == 200
    assert answer.headers["content-security-policy"].endswith("frame-ancestors https://huggingface.co")


def test_an_ipv6_address_is_one_of_its_names() -> None:
    assert "2001:db8::5" in allowed_hosts("2001:db8::5", [])
    assert Access(allowed_hosts("2001:db8::5", [])).answers("[2001:db8::5]:7860")


@pytest.mark.parametrize("path", ["%0a", "%0D", "%00", "%7f", "%C2%85", "%E2%80%A8", "%E2%80%AE"])
@pytest.mark.parametrize("front", ["/", "/gradio_api/upload", "/media/x", "/assets/", "/gradio_api/file=/uploads/a/b"])
def test_a_path_with_a_control_character_is_refused(client: TestClient, front: str, path: str) -> None:
    for method in ("GET", "POST"):
        answer = client.request(method, front + path)
        assert (answer.status_code, "no address of this app" in answer.json()["error"]) == (400, True)


@pytest.mark.parametrize("target", [b"http://evil.example/", b"*", b"", b"\\"])
def test_a_target_that_is_no_path_is_refused(client: TestClient, target: bytes) -> None:
    async def asked() -> int:
        said: list[int] = []

        async def send(message: Any) -> None:
            said.append(message.get("status"))

        headers = [(b"host", b"localhost")]
        scope = {"type": "http", "method": "GET", "path": target.decode(), "headers": headers, "query_string": b""}
        await client.app(scope, None, send)  # type: ignore[arg-type]
        return said[0]

    assert asyncio.run(asked()) == 400


def test_a_socket_that_is_refused_is_closed(client: TestClient) -> None:
    for path, headers in (("/live/x", {"origin": "http://evil.example"}), ("/", {}), ("/gradio_api/queue/join", {})):
        with pytest.raises(WebSocketDisconnect), client.websocket_connect(path, headers=headers):
            pass


def test_a_method_that_an_address_does_not_take(client: TestClient) -> None:
    answer = client.delete("/gradio_api/cancel")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert client.get("/live/x").status_code == 405


def test_events_of_a_tab_that_is_not_known_are_refused_before_gradio_fails(client: TestClient) -> None:
    assert client.get("/gradio_api/queue/data?session_hash=mine").text == "hello"
    for query in ("?session_hash=other", "?session_hash=", ""):
        assert client.get(f"/gradio_api/queue/data{query}").status_code == 404


def test_a_page_that_is_not_there_leads_home_in_a_browser(client: TestClient) -> None:
    browsed = client.get("/nowhere", headers={"accept": "text/html,*/*"})
    assert (browsed.status_code, "There is no such page." in browsed.text) == (404, True)
    assert "default-src 'self'" in browsed.headers["content-security-policy"]
    assert client.get("/nowhere").json() == {"error": "There is nothing here."}
