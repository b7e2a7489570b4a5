"""The wheel holds one package, `showcard`: the parts that lie at the top level of a checkout are inside it."""

from pathlib import Path

from setuptools import setup

ROOT = Path(__file__).parent
PARTS = (
    "cli",
    "metadata",
    "wire",
    "inference",
    "snippets",
    "ui",
    "widgets",
    "playground",
    "local",
    "front",
    "examples",
)
LEFT_OUT = {
    "__pycache__",
    "node_modules",
    "_make",
    "eslint.config.js",
    "package.json",
    "package-lock.json",
    "tsconfig.json",
}

packages, data = ["showcard"], {}
for part in PARTS:
    name = f"showcard.{part}"
    files = [file.relative_to(ROOT / part) for file in (ROOT / part).rglob("*") if file.is_file()]
    files = [file for file in files if not LEFT_OUT & set(file.parts)]
    packages += [
        ".".join((name, *file.parent.parts)) for file in files if file.name == "__init__.py" and file.parts[1:]
    ]
    packages.append(name)
    data[name] = [str(file) for file in files if file.suffix not in (".py", ".pyc", ".pyi")]

setup(
    packages=packages,
    package_dir={f"showcard.{part}": part for part in PARTS},
    package_data=data,
    include_package_data=False,
)
