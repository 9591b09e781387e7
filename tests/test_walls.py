"""Rooms and one direction: what each loads in a fresh interpreter, and what it imports."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

FORBIDDEN = {
    "figures": {"layers", "views", "pages", "streamlit", "tensorflow", "keras"},
    "layers": {"figures", "views", "pages", "streamlit", "plotly"},
    "views": {"pages", "streamlit", "plotly", "tensorflow", "keras"},
    "pictures": {
        "layers",
        "figures",
        "views",
        "pages",
        "streamlit",
        "plotly",
        "tensorflow",
        "keras",
    },
    "layerscope": {"pages", "streamlit", "plotly", "tensorflow", "keras"},
    "pages": {"tensorflow", "keras"},
}
"""What a room's files may not import, not even inside a function or for a type alone."""

OLD_PATHS = {"layers.registry", "layers.forward"}
"""Import paths that other people's scripts use, of what lives in folders with TensorFlow."""

THE_POSTS_OWN = "layers/checkup/examination/posted.py"
"""Layers as the posts wrote them, under the names that the catalogue's have, too."""

IMPORT_ALL = """
import importlib, sys
root, modules = sys.argv[1], sys.argv[2].split(",")
sys.path.insert(0, root)
for module in modules:
    importlib.import_module(module)
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""


def modules_of(room):
    files = sorted((ROOT / room).rglob("*.py"))
    # A page's script runs the page; everything it leans on is in other files.
    return [
        ".".join(file.relative_to(ROOT).with_suffix("").parts)
        for file in files
        if file.name not in {"__init__.py", "page.py"}
    ]


def loaded_with(modules, folder):
    """Return the top-level packages that are loaded once these modules are."""
    done = subprocess.run(
        [sys.executable, "-I", "-c", IMPORT_ALL, str(ROOT), ",".join(modules)],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return set(done.stdout.split())


def test_figures_loads_neither_streamlit_nor_tensorflow(tmp_path):
    modules = modules_of("figures")
    assert "figures.heatmap" in modules
    loaded = loaded_with(modules, tmp_path)
    assert {"figures", "numpy"} <= loaded
    assert loaded & {"streamlit", "tensorflow", "keras", "layers", "views", "pages"} == set()


def is_plain(module):
    """A module of layers/ is plain unless its folder's ruff.toml lets it import TensorFlow."""
    folder = (ROOT / module.replace(".", "/")).parent
    own = folder / "ruff.toml"
    extends = own.read_text(encoding="utf-8").splitlines() if own.is_file() else []
    return module not in OLD_PATHS and not any(
        line.startswith("extend") and "tensorflow.toml" in line for line in extends
    )


def test_plain_folders_of_layers_load_no_tensorflow(tmp_path):
    modules = list(filter(is_plain, modules_of("layers")))
    assert {"layers.api.explore", "layers.inputs.fields", "layers.model_files.read"} <= set(modules)
    assert {"layers.worker", "layers.cluster.host"} <= set(modules)
    assert "layers.catalog.linear" not in modules
    loaded = loaded_with(modules, tmp_path)
    assert {"layers", "numpy"} <= loaded
    assert not loaded & {"tensorflow", "keras", "streamlit", "plotly", "figures", "views", "pages"}


def test_no_error_is_defined_where_tensorflow_is_loaded():
    """An error crosses from a worker by reference: whoever reads it imports its module."""
    modules = [name for name in modules_of("layers") if not is_plain(name)]
    assert "layers.recording.record" in modules
    found = []
    for module in modules:
        tree = ast.parse((ROOT / (module.replace(".", "/") + ".py")).read_text(encoding="utf-8"))
        classes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
        found += [f"{module}.{node.name}" for node in classes if node.name.endswith("Error")]
    assert found == []


def test_layers_loads_neither_streamlit_nor_plotly(tmp_path):
    modules = modules_of("layers")
    assert {"layers.runs.run", "layers.runs.code", "layers.catalog.linear"} <= set(modules)
    loaded = loaded_with(modules, tmp_path)
    assert {"layers", "tensorflow", "keras"} <= loaded
    assert loaded & {"streamlit", "plotly", "figures", "views", "pages"} == set()


def test_views_loads_neither_streamlit_nor_tensorflow(tmp_path):
    modules = modules_of("views")
    assert {"views.blocks", "views.explore.picture", "views.models.weights"} <= set(modules)
    loaded = loaded_with(modules, tmp_path)
    assert {"views", "figures", "layers", "numpy"} <= loaded
    assert loaded & {"streamlit", "plotly", "tensorflow", "keras", "pages"} == set()


def test_pictures_knows_blocks_alone(tmp_path):
    modules = modules_of("pictures")
    assert {"pictures.picture", "pictures.svg", "pictures.png", "pictures.pdf"} <= set(modules)
    loaded = loaded_with(modules, tmp_path)
    assert {"pictures", "numpy"} <= loaded
    others = {"streamlit", "plotly", "tensorflow", "keras", "layers", "views", "figures", "pages"}
    assert loaded & others == set()


def test_layerscope_loads_no_tensorflow_before_it_computes_and_streamlit_never(tmp_path):
    modules = [name for name in modules_of("layerscope") if not name.endswith("__main__")]
    assert {"layerscope.render", "layerscope.run", "layerscope.recipes"} <= set(modules)
    loaded = loaded_with(modules, tmp_path)
    assert {"layerscope", "pictures", "views", "layers"} <= loaded
    assert loaded & {"streamlit", "plotly", "tensorflow", "keras", "pages"} == set()


def test_pages_loads_no_tensorflow(tmp_path):
    modules = modules_of("pages")
    assert {"pages.shared.compute", "pages.explore.choose"} <= set(modules)
    loaded = loaded_with(modules, tmp_path)
    assert {"pages", "views", "layers", "figures", "streamlit"} <= loaded
    assert loaded & {"tensorflow", "keras"} == set()


@pytest.mark.parametrize("room", FORBIDDEN)
def test_no_file_of_a_room_imports_what_the_room_may_not_know(room):
    found = {}
    for file in sorted((ROOT / room).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names = {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{file}: imports are absolute"
                names = {node.module or ""}
            else:
                continue
            if broken := {name.partition(".")[0] for name in names} & FORBIDDEN[room]:
                found[str(file.relative_to(ROOT))] = broken
    assert found == {}


def test_a_name_of_a_class_has_one_meaning():
    meanings = {}
    for file in sorted(file for room in FORBIDDEN for file in (ROOT / room).rglob("*.py")):
        path = str(file.relative_to(ROOT))
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            if not isinstance(node, ast.ClassDef) or node.name.startswith("_"):
                continue
            if path != THE_POSTS_OWN:
                meanings.setdefault(node.name, []).append(path)
    twice = {name: paths for name, paths in meanings.items() if len(paths) > 1}
    assert twice == {}
