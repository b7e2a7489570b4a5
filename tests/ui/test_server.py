"""Who may talk to the app, and what it tells the browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from ui.server import Access, Guard, allowed_hosts


def app(access: Access) -> TestClient:
    async def hello(request: object) -> PlainTextResponse:
        return PlainTextResponse("hello", headers={"access-control-allow-origin": "*"})

    paths = ("/", "/gradio_api/queue/data")
    inner = Starlette(routes=[Route(path, hello, methods=["GET", "POST"]) for path in paths])
    return TestClient(Guard(inner, access, {"mine"}.__contains__), base_url="http://127.0.0.1:7860")  # type: ignore[arg-type]


@pytest.fixture
def client() -> Iterator[TestClient]:
    with app(Access()) as found:
        yield found


@pytest.mark.parametrize("host", ["127.0.0.1:7860", "localhost:7860", "[::1]:7860", "LOCALHOST"])
def test_its_own_names_are_answered(client: TestClient, host: str) -> None:
    assert client.get("/", headers={"host": host}).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil:7860", "", "[", "10.0.0.1"])
def test_another_name_is_refused(client: TestClient, host: str) -> None:
    answer = client.get("/", headers={"host": host})
    assert answer.status_code == 421
    assert "does not answer as" in answer.json()["error"]


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "https://127.0.0.1:7860.evil", "http://127.0.0.1:9999", "null", "http://["]
)
def test_a_request_of_another_site_is_refused(client: TestClient, origin: str) -> None:
    assert client.post("/", headers={"origin": origin}).status_code == 403


def test_a_request_of_its_own_page_is_taken(client: TestClient) -> None:
    assert client.post("/", headers={"origin": "http://127.0.0.1:7860"}).status_code == 200
    assert client.post("/").status_code == 200


def test_the_headers_of_every_answer(client: TestClient) -> None:
    headers = client.get("/").headers
    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe-eval" not in policy
    assert "frame-ancestors 'self'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert "access-control-allow-origin" not in headers


def test_a_space_may_be_framed_by_the_hub() -> None:
    access = Access(allowed_hosts("0.0.0.0", ["me-app.hf.space"]), framed_by=("'self'", "https://huggingface.co"))
    with app(access) as client:
        answer = client.get("/", headers={"host": "me-app.hf.space"})
    assert answer.status_code == 200
    assert "frame-ancestors 'self' https://huggingface.co" in answer.headers["content-security-policy"]


def test_an_ipv6_address_is_one_of_its_names() -> None:
    assert "2001:db8::5" in allowed_hosts("2001:db8::5", [])
    assert Access(allowed_hosts("2001:db8::5", [])).answers("[2001:db8::5]:7860")


@pytest.mark.parametrize(
    "path",
    [
        "/openapi.json",
        "/docs",
        "/monitoring/summary",
        "/gradio_api/deep_link?session_hash=x",
        "/gradio_api/openapi.json/",
        "/gradio_api/proxy=https://x.hf.space/",
        "/gradio_api/call/x/y",
        "/gradio_api/vibe-code/",
        "/gradio_api/dev/reload",
    ],
)
def test_what_the_app_has_no_use_for_is_not_served(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_events_of_a_tab_that_is_not_known_are_refused_before_gradio_fails(client: TestClient) -> None:
    assert client.get("/gradio_api/queue/data?session_hash=mine").text == "hello"
    for query in ("?session_hash=other", "?session_hash=", ""):
        assert client.get(f"/gradio_api/queue/data{query}").status_code == 404


def test_a_page_that_is_not_there_leads_home_in_a_browser(client: TestClient) -> None:
    browsed = client.get("/nowhere", headers={"accept": "text/html,*/*"})
    assert (browsed.status_code, "There is no such page." in browsed.text) == (404, True)
    assert "default-src 'self'" in browsed.headers["content-security-policy"]
    assert client.get("/nowhere").text == "Not Found"
