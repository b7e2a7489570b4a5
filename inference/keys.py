"""The names of keys, and the one that a request needs."""

from __future__ import annotations

import os
from collections.abc import Mapping

from huggingface_hub import constants, get_token

from showcard.wire.call import HUB_KEY
from showcard.wire.hub_private import look_for_no_token
from showcard.wire.request import ResolvedRequest

from .errors import InferenceFailure

ENDPOINT_KEY = "API_TOKEN"
_WITHOUT = "Until then it goes on without."


def own_key_name(provider: str) -> str:
    """The environment variable that holds a provider's own key, such as `GROQ_API_KEY`."""
    return f"{provider.upper().replace('-', '_')}_API_KEY"


def hub_token(keys: Mapping[str, str]) -> str | None:
    """The Hugging Face token among the keys."""
    return keys.get(HUB_KEY) or None


def key_of(resolved: ResolvedRequest, name: str | None, keys: Mapping[str, str]) -> str | None:
    """The value of the key that a request needs, None where it needs none. Raises InferenceFailure."""
    if name is None:
        return None
    key = keys.get(name)
    if not key:
        raise InferenceFailure(
            f"{resolved.host} needs a key ({name}).", "Give it beside the model; it stays in memory.", ways=("token",)
        )
    odd = next(((at, one) for at, one in enumerate(key, 1) if not "!" <= one <= "~"), None)
    if odd:
        raise InferenceFailure(
            f"The key {name} holds a character that no key can hold (U+{ord(odd[1]):04X}, at place {odd[0]}).",
            "Copy it anew, without what stands around it.",
            ways=("token",),
        )
    return key


def machine_token() -> str | None:
    """The token saved on this machine, None where there is none. Where the file of it can't be read, the library is
    told that there is none, which it would else look for in the middle of a call."""
    try:
        return get_token()
    except (OSError, UnicodeError):
        look_for_no_token()
        return get_token()


def home_trouble() -> str:
    """A sentence where the saved token can't be read, as where HF_HOME is a file; empty where it can, or there is
    none."""
    path = constants.HF_TOKEN_PATH
    try:
        get_token()
    except OSError as error:
        return f"The token saved on this machine can't be read ({path}: {error.strerror}). Check HF_HOME. {_WITHOUT}"
    except UnicodeError:
        return f"The token saved on this machine ({path}) is no text. Sign in anew. {_WITHOUT}"
    return ""


def keys_of_machine() -> dict[str, str]:
    """The keys of the environment and the saved token, by name: for the command line, where one person is."""
    found = {name: value for name, value in os.environ.items() if name.endswith("_API_KEY") or name == ENDPOINT_KEY}
    token = machine_token()
    return found | ({HUB_KEY: token} if token else {})
