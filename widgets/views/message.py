"""A chat answer."""

from metadata.outputs import Message
from ui.chat import message_html

from .context import Context


def render(output: Message, context: Context) -> str:
    """The answer as a person reads it."""
    return message_html(output)
