"""Forms whose fields carry labels, help and errors, and take the refusals of the facts."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from django import forms
from django.forms.renderers import TemplatesSetting
from django.utils.translation import gettext as _

from carepost.messaging.templates import PartRefused
from carepost.practice.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator


class Renderer(TemplatesSetting):
    form_template_name = "web/components/form.html"
    field_template_name = "web/components/field.html"


class Form(forms.Form):
    """A form in our look. `told_as`: the form's field for a field of the facts of another name."""

    default_renderer = Renderer()
    told_as: dict[str, str] = {}
    use_required_attribute = True

    def __init__(self, *args: object, **kwargs: object) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        for name, field in self.fields.items():
            self._dress(name, field)

    def _dress(self, name: str, field: forms.Field) -> None:
        widget = field.widget
        given = widget.attrs.get("class", "")
        if isinstance(
            widget, forms.CheckboxInput | forms.RadioSelect | forms.CheckboxSelectMultiple
        ):
            look = "form-check-input"
            if not isinstance(widget, forms.CheckboxInput):
                widget.template_name = "web/components/choices.html"
        elif isinstance(widget, forms.Select):
            look = "form-select"
            widget.template_name = "web/components/select.html"
        else:
            look = "form-control"
        widget.attrs["class"] = f"{look} {given}".strip()

    @contextmanager
    def refusals(self) -> Iterator[None]:
        """Turn what the facts refuse into an error of the field it is about, or of the form."""
        try:
            yield
        except Refused as refused:
            name = self.told_as.get(refused.field, refused.field)
            self.add_error(name if name in self.fields else None, refused.sentence)
        except PartRefused as refused:
            told = _("Line %(line)s: %(sentence)s")
            told %= {"line": refused.line, "sentence": refused.sentence}
            self.add_error(refused.part if refused.part in self.fields else None, told)
