"""One module a resource: the shapes that it takes and gives, and its endpoints.

None of them writes `from __future__ import annotations`: ninja reads the annotations of a view when
it is made, so they must be what they name and not its text.
"""

from __future__ import annotations

from carepost.api.resources import (
    appointment_types,
    appointments,
    audit_entries,
    clients,
    consents,
    contact_points,
    contacts,
    imports,
    lines,
    members,
    messages,
    places,
    practitioners,
    rules,
    settings,
    templates,
    tokens,
)

ROUTERS = [
    module.router
    for module in (
        clients,
        contact_points,
        contacts,
        consents,
        appointments,
        appointment_types,
        practitioners,
        places,
        imports,
        rules,
        templates,
        messages,
        lines,
        settings,
        members,
        tokens,
        audit_entries,
    )
]
