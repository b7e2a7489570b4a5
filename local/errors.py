"""What the server answers instead of a result."""

from __future__ import annotations


class Refusal(Exception):
    """A request that can't be served: an HTTP status and one sentence for the person who sent it."""

    def __init__(self, sentence: str, status: int = 400) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.status = status


def first_line(error: BaseException) -> str:
    """The first line of what an exception says."""
    return (str(error).strip() or type(error).__name__).splitlines()[0][:300]
