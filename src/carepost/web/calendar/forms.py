"""The forms of a visit: booked, and changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from carepost.appointments import local_time
from carepost.appointments.models import AppointmentType, Place, Practitioner
from carepost.appointments.recurrence import MOST, Repeat
from carepost.web.forms import Form
from carepost.web.frame import as_id

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import datetime
    from uuid import UUID

    from carepost.appointments.series import Taken
    from carepost.practice.models import Practice

DAY = "%Y-%m-%d"
TIME = "%H:%M"
REPEATS = {
    "": (_("Does not repeat"), "", 1),
    "1w": (_("Every week"), "weekly", 1),
    "2w": (_("Every 2 weeks"), "weekly", 2),
    "3w": (_("Every 3 weeks"), "weekly", 3),
    "4w": (_("Every 4 weeks"), "weekly", 4),
    "1m": (_("Every month, on the same day of it"), "monthly", 1),
    "1d": (_("Every day"), "daily", 1),
}
SCOPES = (
    ("this", _("This visit alone")),
    ("following", _("This one and those after it")),
    ("all", _("All of them that lie ahead")),
)


def _day(label: Any, **others: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format=DAY)
    return forms.DateField(label=label, widget=widget, **others)


class VisitForm(Form):
    """What for, with whom, where and when. A practice that has no types or practitioners yet names
    them here, and they are made."""

    type = forms.ChoiceField(label=_("Type"))
    practitioner = forms.ChoiceField(label=_("Practitioner"))
    place = forms.ChoiceField(label=_("Place"), required=False)
    day = _day(_("Day"))
    time = forms.TimeField(
        label=_("Time"), widget=forms.TimeInput(attrs={"type": "time"}, format=TIME)
    )
    minutes = forms.IntegerField(
        label=_("Minutes"), required=False, min_value=1, max_value=1440,
        widget=forms.NumberInput(attrs={"step": 5}),
    )  # fmt: skip

    told_as = {"starts_at": "time"}
    taken: list[Taken] = []
    """Of visits that repeat, those that had no room."""

    def __init__(
        self, *args: Any, practice: Practice, only: Collection[UUID] | None = None, **kwargs: Any
    ) -> None:
        """`kept` in `initial` are entries out of use that the visit has already. `only`: of these
        practitioners alone one is chosen, and no other can be named; None for any."""
        super().__init__(*args, **kwargs)
        self.practice = practice
        kept = {str(value) for value in self.initial.values() if value}
        self.types = _usable(AppointmentType.objects.order_by("name"), kept)
        practitioners = _usable(Practitioner.objects.order_by("name"), kept)
        self.practitioners = [e for e in practitioners if only is None or e.id in only]
        self.places = _usable(Place.objects.order_by("name"), kept)
        self._offer("type", self.types)
        self._offer("practitioner", self.practitioners, named=only is None)
        places = [("", _("No place")), *_choices(self.places)]
        self.fields["place"].choices = places  # type: ignore[attr-defined]
        if not self.places:
            del self.fields["place"]
        self.lengths = {str(each.id): each.minutes for each in self.types}

    def _offer(self, name: str, entries: Sequence[Any], named: bool = True) -> None:
        if entries or not named:
            self.fields[name].choices = _choices(entries)  # type: ignore[attr-defined]
            return
        label = self.fields[name].label
        self.fields[name] = forms.CharField(
            label=label, max_length=120, widget=forms.TextInput(attrs={"class": "form-control"})
        )

    def chosen(self, name: str) -> Any:
        """The id of what was chosen, or its name where it is new; None for no place."""
        given = self.cleaned_data.get(name, "")
        return as_id(given) or given or None

    def starts_at(self) -> datetime:
        """The instant, on the clocks of the place, else the practice's."""
        place = next((e for e in self.places if str(e.id) == self.cleaned_data.get("place")), None)
        zone = (place and place.timezone) or self.practice.timezone
        return local_time.instant(self.cleaned_data["day"], self.cleaned_data["time"], zone)


class ChangeForm(VisitForm):
    """Of a visit that repeats, which are meant, too."""

    scope = forms.ChoiceField(
        label=_("Which visits"), choices=SCOPES, initial="this", widget=forms.RadioSelect
    )
    skip = forms.BooleanField(label=_("Leave out those without room"), required=False)

    def __init__(self, *args: Any, repeats: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not repeats:
            del self.fields["scope"], self.fields["skip"]


class BookingForm(VisitForm):
    """For whom, too: somebody found by `who`, or somebody new; and how often."""

    client = forms.CharField(required=False, widget=forms.HiddenInput)
    who = forms.CharField(
        label=_("Client"), max_length=80, required=False,
        help_text=_("Name, number or email address."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "data-no-draft": ""}),
    )  # fmt: skip
    first_name = forms.CharField(label=_("First name"), max_length=80, required=False)
    last_name = forms.CharField(label=_("Last name"), max_length=80, required=False)
    phone = forms.CharField(
        label=_("Mobile number"), max_length=40, required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
    )  # fmt: skip
    email = forms.EmailField(label=_("Email address"), required=False)

    repeat = forms.ChoiceField(
        label=_("Repeat"), choices=[(key, each[0]) for key, each in REPEATS.items()], required=False
    )
    times = forms.IntegerField(
        label=_("How many visits in all"), required=False, min_value=2, max_value=MOST
    )
    until = _day(_("Or until which day"), required=False)
    skip = forms.BooleanField(label=_("Leave out those without room"), required=False)

    told_as = {
        "starts_at": "time", "client_id": "who", "value": "phone", "repeat.count": "times",
        "repeat.until": "until", "repeat.freq": "repeat",
    }  # fmt: skip

    @property
    def client_id(self) -> Any:
        """Who was found, or None."""
        return as_id(str(self["client"].value() or ""))

    @property
    def is_new(self) -> bool:
        """Whether somebody new is being written down."""
        return not self.client_id and bool(str(self["first_name"].value() or "").strip())

    def clean(self) -> dict[str, Any]:
        """Somebody must have been found, or be new."""
        if not self.client_id and not self.is_new:
            self.add_error("who", _("Choose somebody from the list, or add somebody new."))
        return self.cleaned_data

    def repeats(self) -> Repeat | None:
        """How often, or None for once. Raises Refused."""
        _word, freq, interval = REPEATS[self.cleaned_data["repeat"]]
        if not freq:
            return None
        count, until = self.cleaned_data["times"], self.cleaned_data["until"]
        return Repeat.of({"freq": freq, "interval": interval, "count": count, "until": until})

    def points(self) -> list[dict[str, str]]:
        """The new person's contact points, as the register takes them."""
        given = self.cleaned_data
        phone = {"system": "phone", "value": given["phone"], "use": "mobile"}
        email = {"system": "email", "value": given["email"]}
        return [point for point in (phone, email) if point["value"]]


def _usable(entries: Iterable[Any], kept: set[str]) -> list[Any]:
    return [entry for entry in entries if entry.active or str(entry.id) in kept]


def _choices(entries: Sequence[Any]) -> list[tuple[str, str]]:
    return [(str(entry.id), entry.name) for entry in entries]
