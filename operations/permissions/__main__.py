"""`python -m operations.permissions --write | GROUP ENVIRONMENT`: policy files, or one policy for use."""

import json
import sys

from environments.loader import load_fleet
from environments.operators import statements
from operations.permissions.documents import written


def main(arguments: list[str]) -> int:
    """Write the files, say whether they are current, or print a policy of an environment."""
    if len(arguments) == 2:
        group, environment = arguments
        document = {"Version": "2012-10-17", "Statement": statements(load_fleet(), environment, group)}
        sys.stdout.write(f"{json.dumps(document, indent=2)}\n")
        return 0
    files = written()
    if arguments == ["--write"]:
        for path, text in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return 0
    stale = [path.name for path, text in files.items() if not path.exists() or path.read_text() != text]
    sys.stdout.write("".join(f"{name} is not current; run with --write\n" for name in stale))
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
