"""The README's command on the README's layer prints the report that is in the README."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from layers.checkup.examples import EXAMPLES

ROOT = Path(__file__).parents[3]


def test_the_readmes_five_lines_give_the_readmes_answer(tmp_path):
    readme = (ROOT / "README.md").read_text()
    (layer,) = re.findall(r"```python\n(class MyLayer.*?)```", readme, re.DOTALL)
    assert f"[{len(EXAMPLES)} ways]" in readme
    assert sum(1 for line in layer.splitlines() if line) == 5
    (tmp_path / "my_module.py").write_text(f"import keras\nimport tensorflow as tf\n\n{layer}")
    (command, answer) = re.findall(r"```\n\$ python (.*?)\n(.*?)```", readme, re.DOTALL)[0]
    ran = subprocess.run(
        [sys.executable, *command.split()],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 1, ran.stderr
    shown = ran.stdout.splitlines()[: len(answer.splitlines())]
    figures = re.compile(r"\d+\.?\d*(e[+-]\d+)?")
    for line, printed in zip(shown, answer.splitlines(), strict=True):
        # The digits are the seed's; other versions may draw others.
        assert figures.sub("#", line) == figures.sub("#", printed)
