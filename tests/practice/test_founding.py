"""Founding a practice, and the tokens that open it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from carepost.ground import sealing
from carepost.practice import keys, tokens
from carepost.practice.audit import SYSTEM
from carepost.practice.errors import NotFound, Refused
from carepost.practice.founding import found
from carepost.practice.models import ApiToken, AuditEntry, Member, Replan, User
from carepost.practice.tenancy import acting_for
from tests.builders import NOW, make_client, make_practice, practice_of

pytestmark = pytest.mark.usefixtures("db")


def test_a_new_practice_has_messaging_off_and_the_quiet_hours_of_the_law() -> None:
    founded = found("  Northside \n Care ", "America/New_York", "Owner@Practice.test")
    practice = practice_of(founded.practice_id)
    assert practice.name == "Northside Care"
    assert not practice.messaging_enabled
    assert not practice.opt_in_required
    assert (practice.quiet_from.hour, practice.quiet_to.hour) == (21, 8)
    with acting_for(practice.id):
        member = Member.objects.select_related("user").get()
        assert (member.id, member.role) == (founded.member_id, "owner")
        assert member.user.email == "owner@practice.test"
        assert AuditEntry.objects.filter(action="practice.found", subject_id=practice.id).exists()


def test_its_token_may_do_everything_and_is_kept_nowhere() -> None:
    founded = found("Northside", "America/New_York", "owner@practice.test")
    bearer = tokens.recognise(founded.token, NOW)
    assert bearer is not None
    assert bearer.practice_id == founded.practice_id
    assert bearer.may("clients:write")
    with acting_for(founded.practice_id):
        row = ApiToken.objects.get()
        assert founded.token.encode() not in bytes(row.digest)
        assert founded.token not in repr(AuditEntry.objects.values_list("detail", flat=True))
    assert founded.token not in repr(founded)


def test_one_person_may_own_two_practices() -> None:
    one = found("One", "America/New_York", "owner@practice.test")
    two = found("Two", "Europe/Paris", "OWNER@practice.test", country="FR")
    assert one.member_id != two.member_id
    assert User.objects.filter(email="owner@practice.test").count() == 1


@pytest.mark.parametrize(
    ("name", "timezone", "email", "more", "field"),
    [
        (" ", "America/New_York", "o@p.test", {}, "name"),
        ("x" * 121, "America/New_York", "o@p.test", {}, "name"),
        ("Nor\0th", "America/New_York", "o@p.test", {}, "name"),
        ("North\ud800", "America/New_York", "o@p.test", {}, "name"),
        ("North", "Mars/Base", "o@p.test", {}, "timezone"),
        ("North", "../../etc/passwd", "o@p.test", {}, "timezone"),
        ("North", "", "o@p.test", {}, "timezone"),
        ("North", "America/New_York", "nobody", {}, "owner_email"),
        ("North", "America/New_York", "o@p.test", {"country": "XX"}, "country"),
        ("North", "America/New_York", "o@p.test", {"phone": "12"}, "phone"),
        ("North", "America/New_York", "o@p.test", {"language": "klingon"}, "language"),
    ],
)
def test_bad_input_founds_nothing_and_says_which_field(
    name: str, timezone: str, email: str, more: dict[str, str], field: str
) -> None:
    with pytest.raises(Refused) as refused:
        found(name, timezone, email, **more)
    assert refused.value.field == field
    assert not User.objects.exists()


def test_a_clients_key_opens_only_by_its_own_practices() -> None:
    one, two = make_practice(), make_practice()
    client = make_client(one)
    key = keys.client_key(one, client.sealed_key)
    assert len(key) == sealing.KEY_BYTES
    assert key != keys.client_key(one, make_client(one).sealed_key)
    with pytest.raises(sealing.SealingError):
        keys.client_key(two, client.sealed_key)


def test_a_practices_key_is_its_own_and_opens_in_no_other_practices_row() -> None:
    one, two = make_practice(), make_practice()
    assert keys.practice_key(one) != keys.practice_key(two)
    two.sealed_key = one.sealed_key
    with pytest.raises(sealing.SealingError):
        keys.practice_key(two)


class TestTokens:
    def issue(self, **more: object) -> tuple[object, object, str]:
        practice = make_practice()
        with acting_for(practice.id):
            member = Member.objects.get()
        row, token = tokens.issue(
            practice.id, member.id, "Calendar", ["clients:read"], SYSTEM, **more
        )
        return practice, row, token

    def test_a_token_is_recognised_with_its_scopes_and_no_others(self) -> None:
        practice, row, token = self.issue()
        bearer = tokens.recognise(token, NOW)
        assert bearer == tokens.Bearer(practice.id, row.id, ("clients:read",))
        assert bearer.may("clients:read")
        assert not bearer.may("clients:write")

    def test_a_token_expires_at_its_moment(self) -> None:
        _, _, token = self.issue(expires_at=NOW)
        assert tokens.recognise(token, NOW - timedelta(microseconds=1)) is not None
        assert tokens.recognise(token, NOW) is None

    def test_a_revoked_token_is_nobodys_and_revoking_again_changes_nothing(self) -> None:
        practice, row, token = self.issue()
        for _ in range(2):
            tokens.revoke(practice.id, row.id, SYSTEM, NOW)
        assert tokens.recognise(token, NOW) is None
        with acting_for(practice.id):
            assert AuditEntry.objects.filter(action="token.revoke").count() == 1

    def test_a_member_who_left_opens_nothing(self) -> None:
        practice, _, token = self.issue()
        with acting_for(practice.id):
            Member.objects.update(active=False)
        assert tokens.recognise(token, NOW) is None

    def test_no_other_practice_can_revoke_it(self) -> None:
        _, row, token = self.issue()
        with pytest.raises(NotFound):
            tokens.revoke(make_practice().id, row.id, SYSTEM)
        assert tokens.recognise(token, NOW) is not None

    def test_no_token_is_issued_for_another_practices_member(self) -> None:
        one, two = make_practice(), make_practice()
        with acting_for(one.id):
            member = Member.objects.get()
        with pytest.raises(NotFound):
            tokens.issue(two.id, member.id, "x", ["*"], SYSTEM)

    @pytest.mark.parametrize("token", ["", "cp_", "x" * 10_000, "\0", "\ud800", "cp_' OR 1=1"])
    def test_rubbish_is_nobodys(self, token: str) -> None:
        assert tokens.recognise(token, NOW) is None


def test_founding_alone_asks_for_no_plan() -> None:
    practice = make_practice()
    with acting_for(practice.id):
        assert not Replan.objects.exists()
