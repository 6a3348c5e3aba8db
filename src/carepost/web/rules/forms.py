"""A rule as a form: when, to whom, by what, in which words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from carepost.appointments.models import AppointmentType, Place, Practitioner
from carepost.messaging.rehearsal import ChangedRule, NewRule
from carepost.messaging.rules import Timing
from carepost.web.forms import Form

if TYPE_CHECKING:
    from uuid import UUID

    from carepost.messaging.models import Rule
    from carepost.messaging.rehearsal import Proposal

KINDS = (
    ("appointment_reminder", _("Remind of a visit")),
    ("appointment_notice", _("Tell when a visit is booked, moved or cancelled")),
)
CHANNELS = (("", _("Each person's own method")), ("sms", _("SMS")), ("email", _("Email")))
UNITS = (("days", _("days")), ("hours", _("hours")), ("minutes", _("minutes")))
SECONDS = {"hours": 3600, "minutes": 60}
FILTERS = ("types", "practitioners", "places")


class RuleForm(Form):
    """`told_as`: the facts call the whole timing its offset."""

    kind = forms.ChoiceField(label=_("What for"), choices=KINDS)
    channel = forms.ChoiceField(label=_("Messaging method"), choices=CHANNELS, required=False)
    amount = forms.IntegerField(
        label=_("How long"), min_value=0, max_value=10_000, required=False, initial=1
    )
    unit = forms.ChoiceField(label=_("Unit"), choices=UNITS, required=False)
    when = forms.ChoiceField(
        label=_("Before or after"),
        choices=(("before", _("before the visit")), ("after", _("after the visit's start"))),
        required=False,
    )
    at_time = forms.TimeField(
        label=_("At this time of day"), required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text=_("Only with days. Without it, at the time of day of the visit itself."),
    )  # fmt: skip
    types = forms.MultipleChoiceField(
        label=_("Only for these types of visit"), required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    practitioners = forms.MultipleChoiceField(
        label=_("Only for these practitioners"), required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    places = forms.MultipleChoiceField(
        label=_("Only for these places"), required=False, widget=forms.CheckboxSelectMultiple
    )
    skip_if_confirmed = forms.BooleanField(
        label=_("Leave out who has confirmed already"), required=False
    )
    subject = forms.CharField(
        label=_("Subject"), max_length=200, required=False,
        help_text=_("Of emails. It is read on locked screens: name no reason for the visit."),
    )  # fmt: skip
    body = forms.CharField(
        label=_("Words of its own"), max_length=10_000, required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Without, it says what the template of its kind says."),
    )  # fmt: skip

    told_as = {"offset": "amount", "days": "amount", "seconds": "amount"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        models: dict[str, Any] = {
            "types": AppointmentType,
            "practitioners": Practitioner,
            "places": Place,
        }
        for name, model in models.items():
            rows = model._default_manager.order_by("name").values_list("id", "name")
            self.fields[name].choices = [(str(id_), word) for id_, word in rows]  # type: ignore[attr-defined]

    def timing(self) -> Timing:
        """When it is due, as the facts have it."""
        given = self.cleaned_data
        if given["kind"] == "appointment_notice":
            return Timing("change")
        amount, unit = given.get("amount") or 0, given.get("unit") or "days"
        when = given.get("when") or "before"
        if unit == "days":
            return Timing(when, days=amount, at_time=given.get("at_time"))
        return Timing(when, seconds=amount * SECONDS[unit], at_time=given.get("at_time"))

    def others(self, *, of_new: bool) -> dict[str, Any]:
        """All that is not the timing. A rule that is there keeps its words where none are given."""
        given = self.cleaned_data
        words = {"subject": given["subject"], "body": given["body"]}
        if not of_new and not given["body"]:
            words = {}
        return {
            "channel": given["channel"],
            **{name: given[name] for name in FILTERS},
            "skip_if_confirmed": given["skip_if_confirmed"],
            **words,
        }

    def proposal(self, rule_id: UUID | None) -> Proposal:
        """What would be changed, for a rehearsal of it."""
        if rule_id is None:
            kind = self.cleaned_data["kind"]
            return NewRule(kind=kind, timing=self.timing(), **self.others(of_new=True))
        return ChangedRule(rule_id, self.timing(), self.others(of_new=False))


def initial(rule: Rule, subject: str, body: str) -> dict[str, Any]:
    """A rule as its form shows it (`Any`: a form's)."""
    amount, unit = rule.days, "days"
    if rule.seconds and not rule.days:
        whole_hours = rule.seconds % 3600 == 0
        unit = "hours" if whole_hours else "minutes"
        amount = rule.seconds // (3600 if whole_hours else 60)
    return {
        "kind": rule.kind,
        "channel": rule.channel,
        "amount": amount,
        "unit": unit,
        "when": rule.when,
        "at_time": rule.at_time,
        **{name: [str(i) for i in getattr(rule, name)] for name in FILTERS},
        "skip_if_confirmed": rule.skip_if_confirmed,
        "subject": subject,
        "body": body,
    }
