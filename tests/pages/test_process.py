"""Streamlit's process stays free of TensorFlow and Keras, whatever has been shown."""

from __future__ import annotations

import json
import subprocess
import sys

from tests.pages.session import ROOT

# In a process of its own, because some other test could have imported anything by now.
SHOW_EVERY_LAYER = """
import json
import sys
from pathlib import Path

from pages.shared.session import widget_key
from pages.shared.workers import workers
from tests.pages.session import assert_sound, opened, registered

for name in registered():
    session = opened(layer=name)
    assert_sound(session)
    session.button(key=widget_key("new_numbers")).click().run()
    assert_sound(session)
unwanted = [name for name in sys.modules if name.split(".")[0] in ("tensorflow", "keras")]
maps = Path("/proc/self/maps")  # Linux only
mapped = maps.read_text().lower().count("tensorflow") if maps.exists() else 0
workers().shutdown()
print(json.dumps({"modules": unwanted, "libraries": mapped}))
"""


def test_no_layer_brings_tensorflow_into_streamlits_process():
    answer = subprocess.run(
        [sys.executable, "-c", SHOW_EVERY_LAYER],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    assert json.loads(answer.stdout) == {"modules": [], "libraries": 0}
