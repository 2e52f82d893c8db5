"""Where things are in the checkout. `hybrid` runs from a checkout (editable install), never from a wheel."""

from pathlib import Path

PROJECT_ROOT = Path(__file__).resolve().parent.parent
STATE_DIR = PROJECT_ROOT / ".hybrid"
"""Run-time files of this checkout (emulator, journals). Ignored by git; deleting it loses no source."""
