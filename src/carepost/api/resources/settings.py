"""The practice's own settings, and who is asking."""

from typing import Annotated, Literal
from uuid import UUID

from ninja import Router
from pydantic import Field

from carepost.api.call import ApiRequest
from carepost.api.door import needs
from carepost.api.values import (
    Address,
    Flag,
    FullName,
    Given,
    Instant,
    LocalTime,
    Name,
    Short,
    Shown,
    clock_of,
    on_a_clock,
)
from carepost.messaging import lines
from carepost.practice import settings
from carepost.practice.errors import Conflict
from carepost.practice.models import ApiToken, Practice

router = Router(tags=["Settings"])


class Quiet(Given):
    """Nothing is sent from `from` to `to`, on the clocks of whoever it is for."""

    from_: LocalTime = Field(alias="from")
    to: LocalTime


class SettingsChange(Given):
    """`quiet_hours` null: no window at all, neither RULES C1's 21:00 to 8:00.

    `own_clients_only`: on their pages, members who are practitioners see the clients alone who have
    or had a visit with them. Tokens see what their scopes say. `mfa_required`: of whom a second
    factor is asked at sign-in; `idle_minutes`: 5 to 60, after which a page asks to sign in again.
    """

    name: FullName | None = None
    phone: Short | None = None
    email: Address | None = None
    timezone: Name | None = None
    country: Short | None = None
    language: Short | None = None
    date_order: Literal["MDY", "DMY", "YMD"] | None = None
    messaging_enabled: Flag | None = None
    opt_in_required: Flag | None = None
    own_clients_only: Flag | None = None
    mfa_required: Literal["nobody", "owners", "all"] | None = None
    idle_minutes: Annotated[int, Field(strict=True, ge=5, le=60)] | None = None
    quiet_hours: Quiet | None = None


class QuietShown(Shown):
    from_: str = Field(serialization_alias="from")
    to: str


class SettingsShown(Shown):
    id: UUID
    name: str
    phone: str
    email: str
    timezone: str
    country: str
    language: str
    date_order: str
    messaging_enabled: bool
    opt_in_required: bool
    own_clients_only: bool
    mfa_required: str
    idle_minutes: int
    quiet_hours: QuietShown | None
    created_at: Instant


class Whoami(Shown):
    practice_id: UUID
    practice: str
    timezone: str
    member_id: UUID
    token_id: UUID
    token: str
    scopes: list[str]
    expires_at: Instant | None


_PLAIN = (
    "id", "name", "phone", "email", "timezone", "country", "language", "date_order",
    "messaging_enabled", "opt_in_required", "own_clients_only", "mfa_required", "idle_minutes",
    "created_at",
)  # fmt: skip


def _shown(practice: Practice) -> SettingsShown:
    quiet = None
    if practice.quiet_from is not None and practice.quiet_to is not None:
        quiet = QuietShown(from_=on_a_clock(practice.quiet_from), to=on_a_clock(practice.quiet_to))
    plain = {name: getattr(practice, name) for name in _PLAIN}
    return SettingsShown.model_construct(**plain, quiet_hours=quiet)


@router.get("/settings", response=SettingsShown, by_alias=True)
@needs("settings:read")
def get_settings(request: ApiRequest) -> SettingsShown:
    """The practice's settings."""
    return _shown(Practice.objects.get(id=request.call.practice_id))


@router.patch("/settings", response=SettingsShown, by_alias=True)
@needs("settings:write")
def change_settings(request: ApiRequest, change: SettingsChange) -> SettingsShown:
    """Change what is given. `messaging_enabled` needs a line to send by."""
    call = request.call
    fields = change.sent("name", "timezone", "country", "language", "date_order")
    for name in ("phone", "email"):
        if name in fields:
            fields[name] = fields[name] or ""
    if "quiet_hours" in fields and change.quiet_hours is not None:
        quiet = change.quiet_hours
        fields["quiet_hours"] = (clock_of(quiet.from_), clock_of(quiet.to))
    if fields.get("messaging_enabled"):
        _check_line(call.practice_id)
    return _shown(settings.change(call.practice_id, call.actor, **fields))


def _check_line(practice_id: UUID) -> None:
    if not lines.lines_of(practice_id):
        lines.attach_host_lines(practice_id)
        if not lines.lines_of(practice_id):
            raise Conflict(
                "There is no line to send by. Add one with POST /lines, or set the CAREPOST_… "
                "variables of a carrier.",
                "messaging_enabled",
            )


@router.get("/whoami", response=Whoami)
@needs("")
def whoami(request: ApiRequest) -> Whoami:
    """Whose token this is, and what it may do."""
    token = ApiToken.objects.select_related("practice").get(id=request.call.bearer.token_id)
    return Whoami.model_construct(
        practice_id=token.practice_id,
        practice=token.practice.name,
        timezone=token.practice.timezone,
        member_id=token.member_id,
        token_id=token.id,
        token=token.name,
        scopes=token.scopes,
        expires_at=token.expires_at,
    )
