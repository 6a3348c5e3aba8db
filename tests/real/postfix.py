"""A real postfix of the test's own: its queue, its mailboxes, its users, on loopback ports.

Needs root (postfix gives each of its parts a user of its own), and the Debian packages `postfix`
and `sasl2-bin`.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from email import policy
from email.parser import BytesParser
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from carepost.messaging.carrier import Account
from tests.carriers.authority import certify

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage

ADDRESS = "desk@sunnyside.example"
USER, REALM, PASSWORD = "desk", "sunnyside.example", "opensesame-8231"

MAIN = """
compatibility_level = 3.6
queue_directory = {home}/queue
data_directory = {home}/data
maillog_file = {home}/log
maillog_file_prefixes = {home}
myhostname = mail.sunnyside.example
mydestination =
mynetworks =
alias_maps =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
smtputf8_enable = yes
message_size_limit = 200000
smtpd_peername_lookup = no
smtpd_client_connection_count_limit = 0
smtpd_client_connection_rate_limit = 0
smtpd_tls_security_level = may
smtpd_tls_auth_only = yes
smtpd_tls_chain_files = {home}/server.key, {home}/server.pem
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = cyrus
smtpd_sasl_path = smtpd
smtpd_sasl_local_domain = {realm}
cyrus_sasl_config_path = {home}/etc/sasl
smtpd_relay_restrictions = permit_sasl_authenticated, reject_unauth_destination
virtual_mailbox_domains = family.example
virtual_mailbox_base = {home}/mail
virtual_mailbox_maps = texthash:{home}/mailboxes
virtual_uid_maps = static:65534
virtual_gid_maps = static:65534
"""

MASTER = """
{port} inet n - n - - smtpd
{implicit} inet n - n - - smtpd
  -o smtpd_tls_wrappermode=yes
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""

SASL = """
pwcheck_method: auxprop
auxprop_plugin: sasldb
sasldb_path: {home}/sasldb2
mech_list: PLAIN LOGIN
"""


def missing() -> str:
    """Why no postfix can be started here; "" if one can."""
    if os.geteuid() != 0:
        return "postfix needs root"
    lacking = [tool for tool in ("postfix", "saslpasswd2") if shutil.which(tool) is None]
    return f"not installed: {', '.join(lacking)} (apt: postfix, sasl2-bin)" if lacking else ""


@dataclass(frozen=True)
class Postfix:
    """`port` offers STARTTLS, `implicit` begins with TLS. The one mailbox is ann@family.example."""

    home: Path
    port: int
    implicit: int

    def account(self, **settings: str) -> Account:
        """A line of the practice's at this server, signed in, trusting its authority."""
        base = {
            "host": "127.0.0.1",
            "port": str(self.port),
            "tls": "starttls",
            "ca_file": str(self.home / "ca.pem"),
            "username": USER,
            "password": PASSWORD,
        }
        return Account(uuid4(), ADDRESS, base | settings)

    def mails(self, count: int, seconds: float = 15) -> list[EmailMessage]:
        """Empty ann's mailbox, once `count` mails are in it or the time is over."""
        box = self.home / "mail" / "ann" / "new"
        until = time.monotonic() + seconds
        while len(files := sorted(box.glob("*"))) < count and time.monotonic() < until:
            time.sleep(0.05)
        parser = BytesParser(policy=policy.default)
        read = [parser.parsebytes(file.read_bytes()) for file in files]
        for file in files:
            file.unlink()
        return read

    @property
    def log(self) -> str:
        return (self.home / "log").read_text()


@contextmanager
def postfix_running() -> Iterator[Postfix]:
    """Start one, and stop it. Raises RuntimeError with its log when it does not come up."""
    # Not under pytest's tmp_path: that folder is closed to the users that postfix runs as.
    with tempfile.TemporaryDirectory(prefix="carepost-postfix-") as name:
        home = Path(name)
        home.chmod(0o755)
        server = Postfix(home, _free_port(), _free_port())
        _write(server)
        # The process that we start stays in the foreground, so its end is postfix's end.
        process = subprocess.Popen(
            ["postfix", "-c", str(home / "etc"), "start-fg"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            _wait(server, process)
            yield server
        finally:
            subprocess.run(
                ["postfix", "-c", str(home / "etc"), "stop"], capture_output=True, check=False
            )
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _write(server: Postfix) -> None:
    home = server.home
    for folder in ("etc", "etc/sasl", "queue", "data", "mail"):
        (home / folder).mkdir(mode=0o755)
    shutil.chown(home / "data", "postfix")
    shutil.chown(home / "mail", 65534, 65534)
    certify(home)
    (home / "etc" / "main.cf").write_text(MAIN.format(home=home, realm=REALM))
    ports = {"port": f"127.0.0.1:{server.port}", "implicit": f"127.0.0.1:{server.implicit}"}
    (home / "etc" / "master.cf").write_text(MASTER.format(**ports))
    (home / "mailboxes").write_text("ann@family.example ann/\n")
    # Debian's postfix looks beside main.cf, whatever cyrus_sasl_config_path says.
    (home / "etc" / "sasl" / "smtpd.conf").write_text(SASL.format(home=home))
    subprocess.run(
        ["saslpasswd2", "-p", "-c", "-f", str(home / "sasldb2"), "-u", REALM, USER],
        input=PASSWORD.encode(),
        check=True,
        capture_output=True,
    )
    shutil.chown(home / "sasldb2", "postfix")


def _wait(server: Postfix, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until and process.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", server.port), 2) as probe:
                if probe.recv(3) == b"220":
                    return
        except OSError:
            time.sleep(0.1)
    log = server.home / "log"
    said = log.read_text()[-2000:] if log.exists() else "(nothing)"
    raise RuntimeError(f"postfix did not start; its log: {said}")


def _free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])
