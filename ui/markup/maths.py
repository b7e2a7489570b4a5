"""Formulas in TeX as MathML that browsers draw by themselves; nothing else than MathML can come out."""

from __future__ import annotations

from contextlib import suppress
from html import escape
from xml.etree.ElementTree import Element, fromstring

from latex2mathml.converter import convert

LONGEST = 4_000  # characters of a formula
_TAG_NAMES = """
math menclose mfrac mi mlabeledtr mmultiscripts mn mo mover mpadded mphantom mprescripts mroot mrow ms mspace msqrt
mstyle msub msubsup msup mtable mtd mtext mtr munder munderover none
"""
_ATTRIBUTE_NAMES = """
accent accentunder columnalign columnlines columnspacing depth display displaystyle fence form height largeop
linethickness lspace mathsize mathvariant maxsize minsize movablelimits notation rowlines rowspacing rspace
scriptlevel separator stretchy symmetric voffset width
"""
_TAGS, _ATTRIBUTES = frozenset(_TAG_NAMES.split()), frozenset(_ATTRIBUTE_NAMES.split())
_NAMESPACE = "{http://www.w3.org/1998/Math/MathML}"


def maths_html(tex: str, display: bool = False) -> str:
    """A formula as MathML with its TeX as alternative text; what can't be read is shown as code."""
    if len(tex) <= LONGEST:
        with suppress(Exception):  # the library raises whatever it meets
            made = fromstring(convert(tex, display="block" if display else "inline"))  # noqa: S314 (just made here)
            return _written(made, tex)
    return f"<code>{escape(tex)}</code>"


def _written(node: Element, tex: str = "") -> str:
    name = node.tag.removeprefix(_NAMESPACE)
    inner = escape(node.text or "", quote=False) + "".join(
        _written(child) + escape(child.tail or "", quote=False) for child in node
    )
    if name not in _TAGS:
        return inner
    kept = "".join(f' {key}="{escape(value)}"' for key, value in node.items() if key in _ATTRIBUTES)
    alt = f' alttext="{escape(tex)}"' if name == "math" else ""
    return f"<{name}{kept}{alt}>{inner}</{name}>"
