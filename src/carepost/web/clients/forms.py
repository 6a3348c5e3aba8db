"""The forms of a client."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from carepost.practice import fields
from carepost.web.forms import Form

LANGUAGES = (
    ("", _("The practice's")),
    ("en", _("English")),
    ("es", _("Spanish")),
    ("fr", _("French")),
)
METHODS = (
    ("", _("SMS if there is a number, else email")),
    ("sms", _("SMS")),
    ("email", _("Email")),
)
USES = (("mobile", _("Mobile")), ("home", _("Home")), ("work", _("Work")))
SYSTEMS = (("phone", _("Phone")), ("email", _("Email")), ("fax", _("Fax")))


def zones() -> list[tuple[str, Any]]:
    """All time zones, and first: the practice's."""
    named = [(zone, zone.replace("_", " ")) for zone in fields.zones()]
    return [("", _("The practice's")), *named]


class ClientForm(Form):
    """Who somebody is, and how they like to be written to."""

    first_name = forms.CharField(label=_("First name"), max_length=80)
    last_name = forms.CharField(label=_("Last name"), max_length=80, required=False)
    birth_date = forms.DateField(
        label=_("Birth date"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    assigned_channel = forms.ChoiceField(
        label=_("Messaging method"), choices=METHODS, required=False,
        help_text=_("Rules that name no method use this one."),
    )  # fmt: skip
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES, required=False)
    timezone = forms.ChoiceField(
        label=_("Time zone"), choices=zones, required=False,
        help_text=_("Quiet hours are kept on this person's clocks."),
    )  # fmt: skip


class NewClientForm(ClientForm):
    """The same with a number and an address, which most have."""

    phone = forms.CharField(
        label=_("Mobile number"), max_length=40, required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
    )  # fmt: skip
    email = forms.EmailField(label=_("Email address"), required=False)

    told_as = {"value": "phone"}
    field_order = ["first_name", "last_name", "phone", "email", "birth_date", "assigned_channel"]

    def points(self) -> list[dict[str, str]]:
        """The contact points given, as the register takes them."""
        given = self.cleaned_data
        made = (
            [{"system": "phone", "value": given["phone"], "use": "mobile"}]
            if given["phone"]
            else []
        )
        return made + ([{"system": "email", "value": given["email"]}] if given["email"] else [])


class PointForm(Form):
    """One more way to reach them."""

    system = forms.ChoiceField(label=_("Kind"), choices=SYSTEMS)
    value = forms.CharField(label=_("Number or address"), max_length=254)
    use = forms.ChoiceField(label=_("Use"), choices=USES)


class ConsentForm(Form):
    """What was said about being written to, kept as evidence."""

    given = forms.ChoiceField(
        label=_("They"), choices=(("yes", _("agree")), ("no", _("do not agree any more"))),
        widget=forms.RadioSelect,
    )  # fmt: skip
    how = forms.ChoiceField(
        label=_("How they said so"),
        choices=(("spoken", _("Spoken")), ("paper", _("On paper")), ("form", _("On a form"))),
    )
    words = forms.CharField(
        label=_("The exact words they were shown or told"),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=2000,
    )  # fmt: skip
