"""Copies what the pages need out of front/node_modules, each with a compressed twin.

htmx and our own script, which is many small modules, become one file, asked for once.
The icons named in web/icons.txt become one sprite, so that a page asks for them once.
"""

from __future__ import annotations

import gzip
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "front" / "node_modules"
WEB = ROOT / "src" / "carepost" / "web"
VENDOR = WEB / "static" / "vendor"
FILES = {
    "tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
    "event-calendar.min.js": "@event-calendar/build/dist/event-calendar.min.js",
    "event-calendar.min.css": "@event-calendar/build/dist/event-calendar.min.css",
}
HTMX = "htmx.org/dist/htmx.min.js"
_DRAWING = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)


def main() -> int:
    """Write them all. 1, with a sentence, where an icon is named that there is not."""
    shutil.rmtree(VENDOR, ignore_errors=True)
    VENDOR.mkdir(parents=True)
    for name, source in FILES.items():
        _keep(name, re.sub(r"\s*(//|/\*)# sourceMappingURL=\S+( \*/)?", "", _read(source)))
    _keep("pages.js", f"{_read(HTMX)}\n{_together(WEB / 'static' / 'web' / 'start.js')}")
    names = (WEB / "icons.txt").read_text().split()
    missing = [name for name in names if not _icon(name).exists()]
    if missing:
        print(f"carepost: no such icon: {', '.join(missing)} (web/icons.txt)", file=sys.stderr)
        return 1
    _keep("icons.svg", _sprite(sorted(set(names))))
    return 0


def _read(source: str) -> str:
    return (MODULES / source).read_text()


def _together(start: Path) -> str:
    """One script of a module and all that it imports."""
    esbuild = MODULES / ".bin" / "esbuild"
    given = ["--bundle", "--minify", "--format=iife", "--target=es2022", "--log-level=warning"]
    done = subprocess.run([esbuild, start, *given], stdout=subprocess.PIPE, text=True)  # noqa: S603
    if done.returncode:
        sys.exit(done.returncode)  # it has said what is wrong, and where
    return done.stdout


def _icon(name: str) -> Path:
    return MODULES / "@tabler" / "icons" / "icons" / "outline" / f"{name}.svg"


def _sprite(names: list[str]) -> str:
    symbols = []
    for name in names:
        drawing = _DRAWING.search(_icon(name).read_text())
        assert drawing, name  # noqa: S101 -- every icon is a drawing
        inner = re.sub(r"\s+", " ", drawing[1]).strip()
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{inner}</symbol>')
    return f'<svg xmlns="http://www.w3.org/2000/svg">{"".join(symbols)}</svg>'


def _keep(name: str, text: str) -> None:
    (VENDOR / name).write_text(text)
    with gzip.GzipFile(VENDOR / f"{name}.gz", "wb", compresslevel=9, mtime=0) as twin:
        twin.write(text.encode())


if __name__ == "__main__":
    sys.exit(main())
