"""A tab without a browser: it keeps what its fields hold, fires events by element, and follows what they set off."""

from __future__ import annotations

from typing import Any

import httpx

from .visitors import Page, Visitor

KEEP = {"__type__": "update"}  # what Gradio sends for a component that stays as it is


class Tab(Visitor):
    """One page of the app, opened: its fields' values by component, those drawn later included."""

    def __init__(self, client: httpx.AsyncClient, page: Page) -> None:
        super().__init__(client, page)
        self.values = {one: held["props"].get("value") for one, held in page.components.items()}
        self.listeners = list(page.config["dependencies"])

    @classmethod
    async def arrive(cls, client: httpx.AsyncClient, address: str, path: str = "/") -> Tab:
        """Open a page, and let its first events run."""
        tab = cls(client, await Page.open(client, address, path))
        for listener in [one for one in tab.listeners if [event for _, event in one["targets"]] == ["load"]]:
            await tab.run(listener)
        return tab

    def component(self, elem_id: str) -> int:
        """The component of an element; where it was drawn more than once, the last. Raises LookupError."""
        found = [one for one, held in self.page.components.items() if held["props"].get("elem_id") == elem_id]
        if not found:
            raise LookupError(f"the page has no #{elem_id}")
        return int(found[-1])

    def shown(self, elem_id: str) -> Any:
        """The value of an element."""
        return self.values[self.component(elem_id)]

    def put(self, **values: Any) -> None:
        """Fill fields, by their elements; `_` stands for `-`."""
        for elem_id, value in values.items():
            self.values[self.component(elem_id.replace("_", "-"))] = value

    async def fire(self, elem_id: str, event: str = "click") -> None:
        """Fire an event of an element, and wait for the end of it and of all that it sets off."""
        await self.run(self.listener_of(elem_id, event))

    def listener_of(self, elem_id: str, event: str = "click") -> dict[str, Any]:
        """The listener to an event of an element. Raises LookupError."""
        target = self.component(elem_id)
        found = [one for one in self.listeners if [target, event] in one["targets"]]
        if not found:
            raise LookupError(f"nothing listens to {event} of #{elem_id}")
        return dict(found[-1])

    async def run(self, listener: dict[str, Any], follow: bool = True) -> None:
        """Run a listener with what the fields hold, then those that follow it."""
        given = [self.values.get(one) for one in listener["inputs"]]
        changed: set[int] = set()
        async for message in self.trigger({**listener, "inputs": []}, given):
            output = message.get("output") or {}
            self._take(listener["outputs"], output.get("data") or [], message["msg"])
            changed |= set(output.get("changed_state_ids") or [])
            if drawn := output.get("render_config"):
                self._draw(drawn)
        if not follow:
            return
        for one in list(self.listeners):
            follows = one.get("trigger_after") == listener["id"]
            if follows or any(event == "change" and target in changed for target, event in one["targets"]):
                await self.run(one)

    async def upload(self, data: bytes, name: str) -> dict[str, Any]:
        """Upload a file; what a file field then holds."""
        answer = await self.client.post(f"{self.page.address}/gradio_api/upload", files={"files": (name, data)})
        answer.raise_for_status()
        return {"path": answer.json()[0], "orig_name": name, "size": len(data), "meta": {"_type": "gradio.FileData"}}

    def _take(self, outputs: list[int], data: list[Any], kind: str) -> None:
        if kind == "process_generating" and any(_is_difference(value) for value in data):
            return  # parts of a text that grows; its end comes whole
        for one, value in zip(outputs, data, strict=False):
            if not isinstance(value, dict) or value.get("__type__") != "update":
                self.values[one] = value
            elif "value" in value:
                self.values[one] = value["value"]

    def _draw(self, drawn: dict[str, Any]) -> None:
        """What was rendered on the server takes the place of what the same part of the page held."""
        for held in drawn["components"]:
            self.page.components[held["id"]] = held
            self.values[held["id"]] = held["props"].get("value")
        gone = drawn["render_id"]
        self.listeners = [one for one in self.listeners if one.get("rendered_in") != gone] + drawn["dependencies"]


def _is_difference(value: Any) -> bool:
    """Whether this is what changed of a value, as Gradio sends it while an event goes on: [action, path, value]."""
    return isinstance(value, list) and bool(value) and isinstance(value[0], list) and len(value[0]) == 3
