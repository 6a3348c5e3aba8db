"""A real nginx of the test's own on loopback ports: the far end that most carriers' APIs have.

Needs the Debian package `nginx-light` (or any nginx with its TLS, SSI and proxy modules).
"""

from __future__ import annotations

import os
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from carepost.carriers.http.origin import Origin, origin_of
from tests.carriers.authority import certify

if TYPE_CHECKING:
    from collections.abc import Iterator

SID = "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
CREATED = '{"sid": "SM' + "c" * 32 + '", "status": "queued"}'
PAGE = 150_000  # bytes

CONFIG = """
daemon off;
worker_processes 1;
pid {home}/pid;
error_log {home}/error.log;
{user}
events {{ worker_connections 1024; }}
http {{
  access_log {home}/access.log combined;
  log_format seen '$connection $request_method $request_uri $status $server_protocol';
  access_log {home}/seen.log seen;
  client_body_temp_path {home}/body;
  proxy_temp_path {home}/proxy;
  fastcgi_temp_path {home}/fastcgi;
  uwsgi_temp_path {home}/uwsgi;
  scgi_temp_path {home}/scgi;
  root {home}/pages;
  keepalive_requests 100000;
  server {{
    listen 127.0.0.1:{plain};
    listen 127.0.0.1:{tls} ssl http2;
    ssl_certificate {home}/server.pem;
    ssl_certificate_key {home}/server.key;
    client_max_body_size 1k;
    location = /2010-04-01/Accounts/{sid}/Messages.json {{ return 201 '{created}'; }}
    location = /chunked.txt {{ ssi on; ssi_types text/plain; }}
    location = /unframed.txt {{ ssi on; ssi_types text/plain; chunked_transfer_encoding off; }}
    location = /slow.txt {{ limit_rate 20k; limit_rate_after 1; }}
    location = /behind.txt {{ proxy_pass http://127.0.0.1:{plain}/chunked.txt; }}
    location = /gone {{ proxy_pass http://127.0.0.1:{nobody}; }}
    location = /mute {{ proxy_pass http://127.0.0.1:{mute}; }}
    location = /moved {{ return 308 /page.txt; }}
  }}
  server {{
    listen 127.0.0.1:{three};
    keepalive_requests 3;
    location / {{ return 200 ok; }}
  }}
  server {{
    listen 127.0.0.1:{brief};
    keepalive_timeout 1s;
    location / {{ return 200 ok; }}
  }}
}}
"""


def missing() -> str:
    """Why no nginx can be started here; "" if one can."""
    return "" if _binary() else "not installed: nginx (apt: nginx-light)"


def _binary() -> str | None:
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


@dataclass(frozen=True)
class Nginx:
    """`plain` and `tls` serve the same; `three` ends a connection after three requests, `brief`
    after a second without one."""

    home: Path
    plain: Origin
    tls: Origin
    three: Origin
    brief: Origin

    @property
    def ca(self) -> Path:
        return self.home / "ca.pem"

    def trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.ca)

    def seen(self, what: str) -> list[list[str]]:
        """The requests for `what`: connection number, method, URI, status, protocol."""
        lines = (self.home / "seen.log").read_text().splitlines()
        return [fields for line in lines if (fields := line.split(" "))[2] == what]


@contextmanager
def nginx_running() -> Iterator[Nginx]:
    """Start one, and stop it. Raises RuntimeError with its log when it does not come up."""
    with ExitStack() as stack:
        # Not under pytest's tmp_path: that folder is closed to the user that nginx runs as.
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="carepost-nginx-")))
        home.chmod(0o755)
        mute = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        names = ("plain", "tls", "three", "brief", "nobody")
        ports = dict(zip(names, _free_ports(len(names)), strict=True))
        _write(home, ports | {"mute": mute.getsockname()[1]})
        process = subprocess.Popen(
            [str(_binary()), "-p", str(home), "-e", str(home / "error.log"), "-c", "nginx.conf"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            _wait(home, ports["plain"], process)
            yield Nginx(
                home,
                *(origin_of(f"http://127.0.0.1:{ports['plain']}"),),
                *(origin_of(f"https://localhost:{ports['tls']}"),),
                *(origin_of(f"http://127.0.0.1:{ports[name]}") for name in ("three", "brief")),
            )
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _write(home: Path, ports: dict[str, int]) -> None:
    pages = home / "pages"
    pages.mkdir()
    for name in ("page", "chunked", "unframed", "slow"):
        (pages / f"{name}.txt").write_text("x" * PAGE)
    certify(home)
    user = "user nobody nogroup;" if os.geteuid() == 0 else ""
    (home / "nginx.conf").write_text(
        CONFIG.format(home=home, user=user, sid=SID, created=CREATED, **ports)
    )


def _wait(home: Path, port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 10
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 2).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    log = home / "error.log"
    said = log.read_text()[-2000:] if log.exists() else "(nothing)"
    raise RuntimeError(f"nginx did not start; its log: {said}")


def _free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        held = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [int(one.getsockname()[1]) for one in held]
