"""Make the third-party files in ``assets/`` anew: ``python -m api.yasgui.vendor [FOLDER]``.

Takes the packages at the versions in ``assets/VERSIONS.json``, as `api.graphiql.vendor` does.
"""

from __future__ import annotations

import sys
from pathlib import Path

from api.graphiql.vendor import vendored
from api.yasgui import ASSETS


def main(arguments: list[str]) -> None:
    """Write the files to the folder that is named, else where they are served from."""
    folder = Path(arguments[0]) if arguments else ASSETS
    for name, content in vendored(ASSETS / "VERSIONS.json").items():
        (folder / name).write_bytes(content)


if __name__ == "__main__":
    main(sys.argv[1:])
