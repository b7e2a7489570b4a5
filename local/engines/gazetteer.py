"""The places that engines know: from the time zone database, and from a list of their own."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.resources import files

from .words import listed

_ZONES = files("tzdata") / "zoneinfo"


@lru_cache(maxsize=1)
def places() -> frozenset[str]:
    """Countries, cities that name a time zone, and the places of our own list."""
    found = set(listed("places"))
    for line in (_ZONES / "iso3166.tab").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            found.update(_country_names(line.split("\t")[1]))
    for line in (_ZONES / "zone.tab").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            city = line.split("\t")[2].rsplit("/", 1)[-1].replace("_", " ")
            if city not in listed("time zones that name no place"):
                found.add(city)
    return frozenset(found)


def _country_names(name: str) -> set[str]:
    """A country as the table spells it, and as people do: without brackets, with `and` and `Saint`."""
    plain = re.sub(r"\s*\(.*?\)", "", name)
    bracketed = set(re.findall(r"\(([A-Z][^)]+)\)", name)) - {"French", "Dutch", "US", "UK"}
    spelled = {plain, plain.replace(" & ", " and "), plain.replace("St ", "Saint ")}
    return {item for item in spelled | bracketed if len(item) > 2}
