"""Sixty people who do not exist. Their numbers are from the range kept for fiction (555-01xx)."""

from __future__ import annotations

from dataclasses import dataclass

# Names in rows, not one a line.
# fmt: off
_FIRST = [
    "Amara", "Ben", "Carla", "Dmitri", "Elena", "Farid", "Grace", "Hugo", "Ines", "Jamal", "Keiko",
    "Liam", "Mona", "Nadia", "Oscar", "Priya", "Quinn", "Rosa", "Samir", "Tess", "Uma", "Victor",
    "Wanda", "Ximena", "Yusuf", "Zoe", "Aaron", "Bianca", "Colin", "Dara",
]
_LAST = [
    "Okafor", "Reyes", "Lindqvist", "Haddad", "Moreau", "Tanaka", "Fitzgerald", "Nowak", "Silva",
    "Abebe", "Kaplan", "Duarte", "Nguyen", "Petrov", "Osei", "Larsen", "Castillo", "Mehta",
    "Brennan", "Rahman", "Weiss", "Sato", "Delgado", "Murphy", "Ivanov", "Castro", "Yilmaz",
    "Bauer", "Hassan", "Greene",
]
# fmt: on

HOW_MANY = 60


@dataclass(frozen=True, slots=True)
class Fictitious:
    """A client of the demo. Every third hears by email, the others by SMS."""

    number: int

    @property
    def first_name(self) -> str:
        return _FIRST[self.number % len(_FIRST)]

    @property
    def last_name(self) -> str:
        # The second thirty share first names with the first, not whole names.
        return _LAST[(self.number * 7 + self.number // len(_FIRST) * 3) % len(_LAST)]

    @property
    def phone(self) -> str:
        return f"+1202555{100 + self.number:04d}"

    @property
    def email(self) -> str:
        return f"{self.first_name}.{self.last_name}@example.com".lower()

    @property
    def channel(self) -> str:
        return "email" if self.number % 3 == 2 else "sms"

    @property
    def external_id(self) -> str:
        return f"client-{self.number:02d}"

    @property
    def contact_points(self) -> list[dict[str, str]]:
        """As `people.register.add_client` takes them."""
        return [
            {"system": "phone", "value": self.phone, "use": "mobile"},
            {"system": "email", "value": self.email, "use": "home"},
        ]


def everyone() -> list[Fictitious]:
    """All sixty, always the same."""
    return [Fictitious(number) for number in range(HOW_MANY)]
