"""The image has what the app imports of ours: copied, and not shut out by .dockerignore."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]


def copied():
    """Return the names in this folder that the Dockerfile copies out of it."""
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    copies = [line.split()[1:-1] for line in lines if line.startswith("COPY ")]
    sources = [source for copy in copies if not copy[0].startswith("--from") for source in copy]
    return {source.partition("/")[0] for source in sources}


def imported(file):
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def test_the_image_has_every_room_that_the_app_imports():
    found = copied()
    assert {"app.py", "layers", "pages", "deploy"} <= found
    files = [file for name in found for file in [ROOT / name, *(ROOT / name).rglob("*")]]
    modules = {name for file in files if file.suffix == ".py" for name in imported(file)}
    tops = {module.partition(".")[0] for module in modules}
    ours = {name for top in tops for name in (top, f"{top}.py") if (ROOT / name).exists()}
    assert ours <= found
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert found <= {line.removeprefix("!") for line in lines if line.startswith("!")}
