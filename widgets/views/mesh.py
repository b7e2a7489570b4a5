"""A 3D object, to download."""

from metadata.outputs import Mesh

from .context import Context
from .image import download


def render(output: Mesh, context: Context) -> str:
    """A link to the file."""
    return f"<p>A 3D object. {download(context.address(output.media), output.media, 'object.glb')}</p>"
