"""Where things are in this folder."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = ROOT / "template.yaml"

TOOLS = ROOT / ".tools"
"""Environments that make sets up."""

STATE = ROOT / ".local"
"""What running leaves behind: built layers, logs, run.json."""

RUN_FILE = STATE / "run.json"
