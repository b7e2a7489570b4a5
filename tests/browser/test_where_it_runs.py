"""Where a run goes, as a person chooses it on the page: remembered, explained, and with ways out that are buttons."""

from __future__ import annotations

import socket

from playwright.sync_api import Page, expect

from tests.support.endpoint import Endpoint

from .test_model_page import choose, open_card, open_text


def said(content: str = "", **more: object) -> dict[str, object]:
    message = {"role": "assistant", "content": content, **more}
    return {"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}


def call(number: int, name: str, arguments: str) -> dict[str, object]:
    return {"id": f"call-{number}", "type": "function", "function": {"name": name, "arguments": arguments}}


CHAT = "---\npipeline_tag: text-generation\ntags: [conversational]\n---\n# A chat"


def open_chat(page: Page, endpoint: Endpoint) -> None:
    page.goto("/")
    expect(page.locator("#result .badge")).to_be_visible()
    open_text(page, CHAT)
    expect(page.locator("#body h1")).to_have_text("A chat")
    expect(page.get_by_role("button", name="Tools and structured output")).to_be_visible()
    choose(page, "Runs on", "An endpoint of mine")
    page.get_by_label("Base URL").fill(f"{endpoint.url}/v1")
    expect(page.locator("#status")).to_contain_text("Runs on your endpoint")


def send(page: Page, text: str) -> None:
    page.locator("#in-messages textarea").fill(text)
    page.get_by_role("button", name="Send", exact=True).click()


def test_tools_are_called_answered_and_the_chat_goes_on(page: Page, endpoint: Endpoint) -> None:
    open_chat(page, endpoint)
    page.get_by_role("button", name="Tools and structured output").click()
    page.locator("#chat-tools textarea").fill('def get_weather(city: str):\n    """The weather"""')
    page.get_by_label("Extra body").fill('{"min_p": 0.25, "upstream": {"api_key": "sk-typed-1"}}')
    endpoint.answers += [
        (200, said("", tool_calls=[call(1, "get_weather", '{"city": "Oslo"}'), call(2, "get_weather", "<b>")])),
        (200, said("It snows in Oslo, says sk-typed-1.")),
    ]
    send(page, "How is the weather?")
    expect(page.locator("#transcript .call")).to_have_count(2)
    expect(page.locator("#transcript")).to_contain_text('"city": "Oslo"')
    expect(page.locator("#transcript")).to_contain_text("The arguments are not JSON.")
    assert (endpoint.asked[0]["min_p"], endpoint.asked[0]["upstream"]) == (0.25, {"api_key": "sk-typed-1"})
    assert endpoint.asked[0]["tools"][0]["function"]["description"] == "The weather"
    for result in ("snow", "rain"):
        page.get_by_label("Result of get_weather").fill(result)
        page.get_by_role("button", name="Send the result").click()
        expect(page.locator("#transcript")).to_contain_text(result)
    expect(page.locator("#transcript")).to_contain_text("It snows in Oslo")
    expect(page.get_by_role("button", name="Send the result")).to_be_hidden()
    sent = endpoint.asked[1]["messages"]
    assert [message["role"] for message in sent] == ["user", "assistant", "tool", "tool"]
    assert [message.get("tool_call_id") for message in sent[2:]] == ["call-1", "call-2"]
    page.get_by_role("tab", name="JSON", exact=True).click()
    expect(page.locator(".raw:visible")).to_contain_text("It snows in Oslo, says ….")
    page.get_by_role("tab", name="Code", exact=True).click()
    expect(page.locator("#code pre:visible")).to_contain_text('{"api_key": os.environ["EXTRA_API_KEY"]}')
    expect(page.locator("#code dl:visible")).to_contain_text("export EXTRA_API_KEY=…")
    expect(page.locator("#code .differs:visible")).to_contain_text("it reads EXTRA_API_KEY from the environment")


def test_a_schema_is_sent_and_the_answer_is_judged(page: Page, endpoint: Endpoint) -> None:
    open_chat(page, endpoint)
    page.get_by_role("button", name="Tools and structured output").click()
    page.get_by_label("Structured output").fill('{"type": "object", "required": ["city"]}')
    endpoint.answers += [(200, said('{"city": "Rome"}')), (200, said("{}"))]
    send(page, "A city")
    expect(page.locator("#transcript")).to_contain_text("The answer fits the schema.")
    assert endpoint.asked[0]["response_format"]["json_schema"]["schema"]["required"] == ["city"]
    send(page, "Another")
    expect(page.locator("#transcript")).to_contain_text("does not fit the schema")
    page.get_by_label("Structured output").fill('{"type": "objekt"}')
    send(page, "Third")
    expect(page.locator("#result [role=alert]")).to_contain_text("not a valid JSON schema")
    expect(page.locator("#in-messages textarea")).to_have_value("Third")
    assert len(endpoint.asked) == 2


def test_a_model_that_loads_is_waited_for_and_a_refusal_has_buttons(page: Page, endpoint: Endpoint) -> None:
    open_chat(page, endpoint)
    endpoint.answers += [(503, {"error": "loading", "estimated_time": 1.5}), (200, said("Ready now."))]
    send(page, "Hello")
    expect(page.locator("#status")).to_contain_text("The model is loading, about 2 s more")
    expect(page.locator("#transcript")).to_contain_text("Ready now.")
    endpoint.answers += [(401, {"error": "no key"})]
    send(page, "Again")
    page.locator("#result").get_by_role("button", name="Add a token or key").click()
    expect(page.get_by_label("Its key, if it wants one")).to_be_focused()
    page.keyboard.type("secret-key")
    endpoint.answers += [(500, {}), (200, said("In."))]
    page.get_by_role("button", name="Send", exact=True).click()
    page.locator("#result").get_by_role("button", name="Run again").click()
    expect(page.locator("#transcript")).to_contain_text("In.")
    assert endpoint.headers[-1]["authorization"] == "Bearer secret-key"


def test_the_place_is_remembered_and_the_key_is_not(page: Page, endpoint: Endpoint) -> None:
    open_chat(page, endpoint)
    page.get_by_label("Its key, if it wants one").fill("secret-key")
    endpoint.answers += [(200, said("Hello."))]
    send(page, "Hi")
    expect(page.locator("#transcript")).to_contain_text("Hello.")
    stored = page.evaluate("JSON.stringify({...localStorage}) + JSON.stringify({...sessionStorage}) + document.cookie")
    assert "showcard-places" in stored
    assert "secret-key" not in stored
    page.get_by_role("button", name="Forget the keys typed here").click()
    expect(page.get_by_label("Its key, if it wants one")).to_have_value("")
    expect(page.get_by_role("button", name="Forget the keys typed here")).to_be_hidden()
    endpoint.answers += [(200, said("Who are you?"))]
    send(page, "Me again")
    expect(page.locator("#transcript")).to_contain_text("Who are you?")
    assert [headers.get("authorization") for headers in endpoint.headers] == ["Bearer secret-key", None]
    page = page.context.new_page()
    page.goto("/")
    expect(page.locator("#result .badge")).to_be_visible()
    open_text(page, CHAT)
    expect(page.locator("#body h1")).to_have_text("A chat")
    expect(page.get_by_label("Base URL")).to_have_value(f"{endpoint.url}/v1")
    expect(page.get_by_label("Its key, if it wants one")).to_have_value("")
    open_card(page, "showcard/sentiment")
    expect(page.locator("#status")).to_contain_text("embedded engine")


def test_providers_say_what_they_need(page: Page) -> None:
    page.goto("/")
    expect(page.locator("#result .badge")).to_be_visible()
    open_text(page, CHAT)
    expect(page.locator("#body h1")).to_have_text("A chat")
    expect(page.get_by_role("button", name="Tools and structured output")).to_be_visible()
    choose(page, "Runs on", "Inference Providers")
    expect(page.locator("#status")).to_contain_text("The card has no id on the Hub yet. Give one as “Model id to send”")
    page.get_by_label("Model id to send").fill("org/model")
    expect(page.locator("#status")).to_contain_text("need a Hugging Face token")
    choose(page, "Provider", "groq")
    page.get_by_label("The provider's own key").fill("gsk_mine")
    page.keyboard.press("Tab")
    expect(page.locator("#status")).to_contain_text("Runs on groq, with your own key.")
    page.get_by_label("Bill to").fill("my-org")
    page.get_by_role("tab", name="Code").click()
    expect(page.locator("#code pre").first).to_contain_text("GROQ_API_KEY")
    expect(page.locator("#code")).not_to_contain_text("gsk_mine")


def test_a_closed_tab_ends_its_call(page: Page) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(15)
        tab = page.context.new_page()
        tab.goto("/")
        expect(tab.locator("#result .badge")).to_be_visible()
        choose(tab, "Runs on", "An endpoint of mine")
        tab.get_by_label("Base URL").fill(f"http://127.0.0.1:{server.getsockname()[1]}")
        expect(tab.locator("#status")).to_contain_text("Runs on your endpoint")
        tab.get_by_role("button", name="Run", exact=True).click()
        call, _ = server.accept()
        call.settimeout(15)
        assert call.recv(65_536).startswith(b"POST ")
        expect(tab.locator("#status")).to_contain_text("Running")
        tab.close()
        while call.recv(65_536):
            pass  # until the app has closed its side
        call.close()
