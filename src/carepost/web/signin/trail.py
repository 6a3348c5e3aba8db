"""Sign-ins, failures and changes of factors go into the audit trail (RULES E3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account import signals as account
from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa import signals as mfa
from django.contrib.auth import signals as auth

from carepost.practice import audit, sign_in
from carepost.practice.models import User
from carepost.web.signin import standing, watch

if TYPE_CHECKING:
    from allauth.mfa.models import Authenticator
    from django.http import HttpRequest

# Receivers take `**_: Any`: a signal sends more than each wants.


def listen() -> None:
    """Connect to the signals; called once, when Django is ready."""
    auth.user_logged_in.connect(_begin, dispatch_uid="carepost begin")
    auth.user_logged_out.connect(_signed_out, dispatch_uid="carepost signed out")
    auth.user_login_failed.connect(_password_failed, dispatch_uid="carepost password failed")
    account.user_logged_in.connect(_signed_in, dispatch_uid="carepost signed in")
    account.password_changed.connect(_password_changed, dispatch_uid="carepost password changed")
    account.password_reset.connect(_password_reset, dispatch_uid="carepost password reset")
    mfa.authenticator_added.connect(_factor_added, dispatch_uid="carepost factor added")
    mfa.authenticator_removed.connect(_factor_removed, dispatch_uid="carepost factor removed")
    mfa.authenticator_reset.connect(_factor_reset, dispatch_uid="carepost factor reset")
    mfa.authentication_failed.connect(_code_failed, dispatch_uid="carepost code failed")


def _begin(request: HttpRequest, **_: Any) -> None:
    watch.begin(request)


def _signed_in(request: HttpRequest, user: User, **_: Any) -> None:
    ways = [str(way.get("type") or way["method"]) for way in _ways(request, user)]
    sign_in.record(user.id, "sign_in", ways=ways, ip=_address(request))


def _signed_out(request: HttpRequest, user: User | None, **_: Any) -> None:
    if user is not None:
        sign_in.record(user.id, "sign_out")


def _password_failed(credentials: dict[str, Any], request: HttpRequest | None, **_: Any) -> None:
    user = User.objects.filter(email=str(credentials.get("email", "")).lower()).first()
    if user is not None and request is not None:
        _failed(request, user, "password")


def _code_failed(request: HttpRequest, user: User, authenticator: Authenticator, **_: Any) -> None:
    _failed(request, user, authenticator.type)


def _failed(request: HttpRequest, user: User, way: str) -> None:
    # Who tried is not known; the entry is about the member.
    sign_in.record(user.id, "sign_in.fail", by=audit.NOBODY, way=way, ip=_address(request))


def _password_changed(request: HttpRequest, user: User, **_: Any) -> None:
    sign_in.record(user.id, "password.change", ip=_address(request))


def _password_reset(request: HttpRequest, user: User, **_: Any) -> None:
    sign_in.record(user.id, "password.reset", ip=_address(request))


def _factor_added(user: User, authenticator: Authenticator, **_: Any) -> None:
    sign_in.record(user.id, "factor.add", type=authenticator.type)


def _factor_removed(
    request: HttpRequest, user: User, authenticator: Authenticator, **_: Any
) -> None:
    request.session.pop(standing.HAS_FACTOR, None)
    sign_in.record(user.id, "factor.remove", type=authenticator.type)


def _factor_reset(user: User, authenticator: Authenticator, **_: Any) -> None:
    sign_in.record(user.id, "factor.renew", type=authenticator.type)


def _ways(request: HttpRequest, user: User) -> list[dict[str, Any]]:
    return get_authentication_records(request, user)


def _address(request: HttpRequest) -> str:
    return get_adapter().get_client_ip(request)
