"""Make the explorer's scripts in ``assets/`` anew: ``python -m api.explorer.build [FOLDER]``.

Copies the sources to a temporary folder, brings the packages that ``package-lock.json`` pins by the npm client, checks
the types with TypeScript and bundles with esbuild. Same sources, same bytes; ``VERSIONS.json`` keeps the hashes. Needs
npm and a network; the application needs neither.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

from api.explorer import ASSETS
from kg.errors import KGError

__all__ = ["SOURCES", "BuildError", "built", "digest"]

#: Folder of the sources.
SOURCES: Final = Path(__file__).parent
_GIVEN: Final = ("package.json", "package-lock.json", "tsconfig.json")
_BUNDLE: Final = (
    *("esbuild", "explorer=src/main.ts", "layout=src/layout.worker.ts", "--bundle", "--minify", "--format=esm"),
    *("--target=es2022", "--legal-comments=none", "--charset=utf8", "--outdir=out", "--metafile=meta.json"),
)


class BuildError(KGError):
    """The scripts could not be made."""


def built(sources: Path = SOURCES) -> dict[str, bytes]:
    """Scripts, licences and versions by their names in ``assets/``.

    Raises
    ------
    BuildError
        When npm, TypeScript or esbuild fails.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file in _GIVEN:
            shutil.copy(sources / file, folder)
        shutil.copytree(sources / "src", folder / "src")
        _run(folder, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent")
        _run(folder, "npx", "--no-install", "tsc", "-p", ".")
        _run(folder, "npx", "--no-install", *_BUNDLE)
        found = {file.name: file.read_bytes() for file in sorted((folder / "out").iterdir())}
        packages = _packages(folder)
    texts = [f"{each['name']} {each['version']} ({each['licence']})\n\n{each.pop('text')}\n" for each in packages]
    noted = {name: hashlib.sha256(content).hexdigest() for name, content in found.items()}
    versions = {"packages": packages, "sources": digest(sources), "files": noted}
    found["LICENSES.txt"] = f"\n{'-' * 78}\n\n".join(texts).encode()
    found["VERSIONS.json"] = (json.dumps(versions, indent=2) + "\n").encode()
    return found


def digest(sources: Path = SOURCES) -> str:
    """SHA-256 of all sources, by which a test sees that the scripts are those of the sources."""
    total = hashlib.sha256()
    files = [*(sources / "src").iterdir(), *(sources / name for name in _GIVEN)]
    for file in sorted(files, key=lambda path: path.name):
        total.update(f"{file.name}\n".encode() + hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()


def _packages(folder: Path) -> list[dict[str, Any]]:
    """The packages that the bundles took something from, with the texts of their licences."""
    inputs = json.loads((folder / "meta.json").read_text(encoding="utf-8"))["inputs"]
    names = set()
    for path in inputs:
        if "node_modules/" in path:
            parts = path.rpartition("node_modules/")[2].split("/")
            names.add("/".join(parts[: 2 if parts[0].startswith("@") else 1]))
    packages = []
    for name in sorted(names):
        package = folder / "node_modules" / name
        described = json.loads((package / "package.json").read_text(encoding="utf-8"))
        licence = next((file for file in sorted(package.iterdir()) if file.name.lower().startswith("licen")), None)
        text = licence.read_text(encoding="utf-8").strip() if licence else _without(described)
        packages.append(
            {"name": name, "version": described["version"], "licence": described.get("license", "MIT"), "text": text}
        )
    return packages


def _without(described: dict[str, Any]) -> str:
    """What stands for the text of a licence that a package only names."""
    author = described.get("author", "")
    return f"By {author.get('name', '') if isinstance(author, dict) else author}; the package has no licence file."


def _run(folder: Path, *command: str) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603 - fixed words
    if done.returncode:
        raise BuildError(f"{' '.join(command[:3])} failed: {(done.stdout + done.stderr).strip()[-2000:]}")


def main(arguments: list[str]) -> None:
    """Write the files to the folder that is named, else where they are served from."""
    folder = Path(arguments[0]) if arguments else ASSETS
    for name, content in built().items():
        (folder / name).write_bytes(content)


if __name__ == "__main__":
    main(sys.argv[1:])
