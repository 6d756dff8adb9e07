"""Make the third-party files in ``assets/`` anew: ``python -m api.graphiql.vendor [FOLDER]``.

Takes the packages at the versions in ``assets/VERSIONS.json`` by the npm client and checks every
file against the hash there. Needs npm and a network; the application needs neither.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Final

from api.graphiql import ASSETS
from kg.errors import KGError

__all__ = ["VendorError", "vendored"]


# Typefaces built into the style sheet are 85% of it and under licences of their own; browsers have theirs.
_FONT_FACE: Final = re.compile(rb"@font-face\s*\{[^}]*\}")


class VendorError(KGError):
    """A package is not what it was when its hashes were noted."""


def vendored(versions: Path) -> dict[str, bytes]:
    """Third-party files by their names in ``assets/``, each checked.

    Parameters
    ----------
    versions : Path
        File that lists packages, their versions, and the hashes of their files.

    Raises
    ------
    VendorError
        When npm fails, or a file's hash differs.
    """
    found: dict[str, bytes] = {}
    licences: list[str] = []
    for package in json.loads(versions.read_text(encoding="utf-8"))["packages"]:
        name, version = package["name"], package["version"]
        with tempfile.TemporaryDirectory() as folder:
            members = _members(name, version, Path(folder))
        for file in package["files"]:
            content = members[f"package/{file['from']}"]
            digest = hashlib.sha256(content).hexdigest()
            if digest != file["sha256"]:
                raise VendorError(f"{name} {version}: {file['from']} has the hash {digest}, not {file['sha256']}")
            found[file["to"]] = _FONT_FACE.sub(b"", content) if file["to"].endswith(".css") else content
        # A package without the text of its licence has it in our notices.
        licence = members.get("package/LICENSE", b"").decode().strip()
        licences.append(f"{name} {version} ({package['licence']})\n\n{licence}\n".rstrip("\n") + "\n")
    notes = (versions.parent / "NOTICES.txt").read_text(encoding="utf-8")
    found["LICENSES.txt"] = f"\n{'-' * 78}\n\n".join([*licences, notes]).encode()
    return found


def _members(name: str, version: str, folder: Path) -> dict[str, bytes]:
    packed = subprocess.run(  # noqa: S603 - fixed words, and names from our own file
        ["npm", "pack", f"{name}@{version}", "--silent"],  # noqa: S607 - whichever npm the user has
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if packed.returncode:
        raise VendorError(f"npm pack {name}@{version} failed: {packed.stderr.strip()}")
    with tarfile.open(folder / packed.stdout.strip().splitlines()[-1]) as archive:
        files = [(member.name, archive.extractfile(member)) for member in archive if member.isfile()]
        return {member: file.read() for member, file in files if file is not None}


def main(arguments: list[str]) -> None:
    """Write the files to the folder that is named, else where they are served from."""
    folder = Path(arguments[0]) if arguments else ASSETS
    for name, content in vendored(ASSETS / "VERSIONS.json").items():
        (folder / name).write_bytes(content)


if __name__ == "__main__":
    main(sys.argv[1:])
