"""The commands, run in this process against the tests' database."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch
from uuid import UUID, uuid4

import pytest
from typer.testing import CliRunner

from carepost.appointments.models import Appointment
from carepost.cli.program import program
from carepost.config.environment import ENVIRONMENT
from carepost.ground import clock
from carepost.practice import access, tokens
from carepost.practice.models import ApiToken, AuditEntry, Practice
from carepost.practice.tenancy import acting_for
from tests.builders import make_practice

if TYPE_CHECKING:
    from click.testing import Result

pytestmark = pytest.mark.django_db


def run(*arguments: object) -> Result:
    return CliRunner().invoke(program, [str(a) for a in arguments])


def told(*arguments: object) -> dict[str, Any]:
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)  # type: ignore[no-any-return]


def test_a_created_practice_has_its_ids_and_a_token_that_may_do_everything() -> None:
    made = told(
        "practice", "create", "Hill Street", "--timezone", "Europe/Madrid", "--owner", "o@hill.test"
    )

    assert set(made) == {"practice_id", "member_id", "token", "link"}
    link = access.look_up(made["link"].rpartition("/")[2], clock.now())
    assert link is not None
    assert (link.user.email, link.restores) == ("o@hill.test", False)
    bearer = tokens.recognise(made["token"], clock.now())
    assert bearer is not None
    assert (str(bearer.practice_id), bearer.scopes) == (made["practice_id"], ("*",))
    with acting_for(UUID(made["practice_id"])):
        practice = Practice.objects.get()
    assert (practice.name, practice.messaging_enabled) == ("Hill Street", False)


def test_an_owner_who_lost_everything_gets_a_link_and_the_practice_is_told() -> None:
    practice = make_practice(owner_email="lost@hill.test")
    url = told("access", "restore", "lost@hill.test")["link"]
    link = access.look_up(url.rpartition("/")[2], clock.now())
    assert link is not None
    assert link.restores
    assert url.startswith("http://localhost:8000/sign-in/link/")
    with acting_for(practice.id):
        assert AuditEntry.objects.filter(action="access.restore_link").count() == 1
    assert run("access", "restore", "nobody@hill.test").exit_code == 1


def test_a_member_without_a_password_gets_a_link_to_choose_one() -> None:
    make_practice(owner_email="new@hill.test")
    link = access.look_up(
        told("member", "link", "new@hill.test")["link"].rpartition("/")[2], clock.now()
    )
    assert link is not None
    access.use(
        told("member", "link", "new@hill.test")["link"].rpartition("/")[2],
        "four words of the sea",
        clock.now(),
    )
    again = run("member", "link", "new@hill.test")
    assert again.exit_code == 1
    assert "access restore" in again.stderr


def test_a_practice_is_refused_in_a_sentence_and_nothing_is_made() -> None:
    before = told("practice", "list")["items"]

    result = run("practice", "create", "X", "--timezone", "Mars/Base", "--owner", "o@hill.test")

    assert result.exit_code == 1
    assert result.stdout == ""
    assert re.fullmatch(r"[A-Z].*[.)]\n", result.stderr)
    assert told("practice", "list")["items"] == before


def test_the_list_has_every_practice() -> None:
    one, other = make_practice("One"), make_practice("Other")

    items = told("practice", "list")["items"]

    assert {str(one.id), str(other.id)} <= {item["id"] for item in items}
    assert str(one.id) in run("practice", "list").stdout


def test_a_token_is_issued_to_the_owner_for_some_days_and_some_scopes() -> None:
    practice = make_practice()

    made = told(
        "token", "issue", "--practice", practice.id, "--name", "Till", "--days", 2,
        "--scope", "clients:read", "--scope", "messages:read",
    )  # fmt: skip

    with acting_for(practice.id):
        row = ApiToken.objects.get(id=made["token_id"])
    assert row.scopes == ["clients:read", "messages:read"]
    assert row.expires_at is not None
    assert 1.9 < (row.expires_at - clock.now()).total_seconds() / 86400 <= 2
    assert tokens.recognise(made["token"], clock.now()) is not None


def test_no_token_for_a_practice_that_is_not_there() -> None:
    result = run("token", "issue", "--practice", uuid4(), "--name", "Till")

    assert result.exit_code == 1
    assert "no such practice" in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["nothing"],
        ["practice", "create", "X"],
        ["token", "issue", "--practice", "not an id", "--name", "x"],
        ["up", "--port", "70000"],
        ["why"],
        ["why", str(uuid4()), "--client", str(uuid4())],
    ],
)
def test_a_wrong_command_line_ends_with_2(arguments: list[str]) -> None:
    assert run(*arguments).exit_code == 2


def test_why_of_a_message_that_is_not_there_is_refused() -> None:
    result = run("why", uuid4())

    assert (result.exit_code, result.stdout) == (1, "")


def test_doctor_names_what_it_found_and_what_cannot_be_seen_from_here() -> None:
    found = {f["about"]: f for f in told("doctor")["findings"]}

    assert found["database"]["state"] == "ok"
    assert found["roles"]["state"] == "ok"
    assert found["worker"]["state"] == "warn"
    assert "SPF" in found["mail domain"]["sentence"]
    assert re.search(r"version 20\d\d", found["time zones"]["sentence"])


def test_doctor_fails_a_setting_that_cannot_be_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAREPOST_EMAIL_URL", "pigeon://loft")
    monkeypatch.setenv("CAREPOST_BASE_URL", "http://messages.example.org")

    result = run("doctor")

    assert result.exit_code == 1
    assert "FAIL  settings: CAREPOST_EMAIL_URL" in result.stdout
    assert "FAIL  base url" in result.stdout


def test_doctor_prints_the_sql_where_the_roles_are_missing() -> None:
    from carepost.cli import installation
    from carepost.config.database import RolesMissing

    with patch.object(installation, "opened", side_effect=RolesMissing("CREATE ROLE x_app")):
        result = run("doctor")

    assert result.exit_code == 3
    assert "CREATE ROLE x_app" in result.stdout


def test_a_fault_of_ours_is_told_by_a_number_and_written_down_without_values() -> None:
    from carepost.practice import founding

    with patch.object(founding, "found", side_effect=LookupError("Ann Field, +12025550101")):
        result = run("practice", "create", "X", "--timezone", "UTC", "--owner", "o@hill.test")

    assert result.exit_code == 4
    assert "Traceback" not in result.output
    number = result.stderr.rpartition("number ")[2].strip(".\n")
    log = Path(ENVIRONMENT.home / "errors.log")
    assert log.stat().st_mode & 0o077 == 0
    written = log.read_text()
    assert number in written
    assert "builtins.LookupError" in written
    assert "practices.py" in written
    assert "Ann" not in written + result.output


def test_every_command_says_what_it_does() -> None:
    for command in ["up", "web", "worker", "sandbox", "demo", "why", "doctor", "practice create"]:
        result = run(*command.split(), "--help")
        assert result.exit_code == 0
        assert re.search(r"\n  [A-Z].*[.:]", result.stdout), command


VISITS = "Appointment ID,Start,First name,Last name,Mobile phone,Practitioner,Status\n"
ANN = "1,2031-03-03 10:00,Ann,Field,+12125550142,Dr. Lee,{status}\n"


def visits(folder: Path, *rows: str) -> Path:
    path = folder / "visits.csv"
    path.write_text(VISITS + "".join(rows))
    return path


def test_a_file_of_visits_is_tried_first_then_imported_and_again_changes_nothing(
    tmp_path: Path,
) -> None:
    practice = make_practice()
    file = visits(tmp_path, ANN.format(status="Booked"), "2,whenever,Bo,Hill,,Dr. Lee,Booked\n")
    command = ["import", "csv", file, "--practice", practice.id]

    dry = told(*command, "--dry-run")
    assert (dry["rows"], dry["created"], dry["refused"], dry["status"]) == (2, 1, 1, "checked")
    with acting_for(practice.id):
        assert not Appointment.objects.exists()

    done = told(*command)
    assert (done["created"], done["refused"], done["status"]) == (1, 1, "done")
    again = told(*command)
    assert (again["created"], again["unchanged"], again["refused"]) == (0, 1, 1)

    visits(tmp_path, ANN.format(status="Cancelled"))
    assert told(*command)["cancelled"] == 1
    with acting_for(practice.id):
        assert Appointment.objects.get().status == "cancelled"


def test_a_row_that_cannot_be_read_is_named_to_a_person(tmp_path: Path) -> None:
    practice = make_practice()
    file = visits(tmp_path, "2,whenever,Bo,Hill,,Dr. Lee,Booked\n")

    result = run("import", "csv", file, "--practice", practice.id)

    assert result.exit_code == 0
    assert "1 refused" in result.stdout
    assert "  row 2: refuse. " in result.stdout


@pytest.mark.parametrize(("name", "code"), [("missing.csv", 3), ("visits.csv", 1)])
def test_a_file_that_is_missing_or_no_table_is_refused(
    tmp_path: Path, name: str, code: int
) -> None:
    practice = make_practice()
    (tmp_path / "visits.csv").write_bytes(b"\x00\xff\xfe nothing")

    result = run("import", "csv", tmp_path / name, "--practice", practice.id)

    assert result.exit_code == code
    assert "Traceback" not in result.output
