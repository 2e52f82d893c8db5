"""Where things are in the checkout. `hybrid` runs from a checkout (editable install), never from a wheel."""

import os
from pathlib import Path

PROJECT_ROOT = Path(__file__).resolve().parent.parent
STATE_DIR = Path(os.environ.get("HYBRID_HOME") or PROJECT_ROOT / ".hybrid")
"""Run-time files of this checkout (emulator, logs). Ignored by git; deleting it loses no source.

`HYBRID_HOME` names another directory, so that several can be in use side by side, as in the tests.
"""
