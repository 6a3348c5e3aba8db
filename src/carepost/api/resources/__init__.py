"""One module a resource: the shapes that it takes and gives, and its endpoints.

None of them writes `from __future__ import annotations`: ninja reads the annotations of a view when
it is made, so they must be what they name and not its text.
"""

from __future__ import annotations

from carepost.api.resources import (
    appointment_types,
    appointments,
    attendance,
    audit_entries,
    board,
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
    rehearsals,
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
        attendance,
        appointment_types,
        practitioners,
        places,
        imports,
        rehearsals,  # before what takes any word for an id
        rules,
        templates,
        board,  # before messages: its paths would be taken for a message's id
        messages,
        lines,
        settings,
        members,
        tokens,
        audit_entries,
    )
]
