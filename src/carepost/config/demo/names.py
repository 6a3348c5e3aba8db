"""What people of the demo are called: by the language that their family speaks."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

# Names in rows, not one a line; two of the languages are not written in Latin letters.
# fmt: off
# ruff: noqa: RUF001


@dataclass(frozen=True, slots=True)
class Community:
    """`share` of a hundred clients; `language`: what they read best, empty for the practice's."""

    share: int
    language: str
    first: tuple[str, ...]
    last: tuple[str, ...]


COMMUNITIES = (
    Community(46, "", (
        "Ann", "Ben", "Carla", "Daniel", "Eleanor", "Frank", "Grace", "Henry", "Isabel", "James",
        "Katherine", "Liam", "Margaret", "Nathan", "Olivia", "Patrick", "Quinn", "Rebecca",
        "Samuel", "Tess", "Ursula", "Victor", "Wendy", "Xander", "Yvonne", "Zachary", "Amara",
        "Bianca", "Colin", "Dara", "Elliot", "Fiona", "George", "Hannah", "Ian", "Joyce",
    ), (
        "Lee", "Fitzgerald", "Brennan", "Murphy", "Greene", "Whitaker", "O'Connor", "Okafor",
        "Kaplan", "Harding", "Sullivan", "Bailey", "Coleman", "Douglas", "Ellison", "Fletcher",
        "Griffin", "Hughes", "Ingram", "Jefferson", "Kendall", "Lawson", "McAllister", "Norwood",
        "Osborne", "Pritchard", "Ramsey", "Sinclair", "Thornton", "Underwood", "Vance", "Walsh",
    )),
    Community(20, "es", (
        "José", "María", "Ximena", "Andrés", "Lucía", "Raúl", "Inés", "Sofía", "Héctor", "Belén",
        "Joaquín", "Verónica", "Tomás", "Concepción", "Álvaro", "Mónica",
    ), (
        "Núñez", "García", "Reyes", "Castillo", "Delgado", "Muñoz", "Peña", "Ibáñez", "Duarte",
        "Gutiérrez", "Salazar", "Ordóñez", "De la Cruz", "Villaseñor", "Quiñones",
    )),
    Community(7, "fr", (
        "Élise", "François", "Chloé", "Benoît", "Hélène", "Jérôme", "Zoé", "Aurélie", "Loïc",
    ), (
        "Moreau", "Lefèvre", "Désiré", "Garçon", "D'Aubigné", "Beauséjour", "Noël", "Château",
    )),
    Community(6, "vi", (
        "Thị Hương", "Minh", "Đức", "Ngọc Ánh", "Quốc Bảo", "Thảo",
    ), ("Nguyễn", "Trần", "Phạm", "Đặng", "Lê", "Võ")),
    Community(6, "", (
        "Łukasz", "Małgorzata", "Józef", "Agnieszka", "Sławomir", "Jürgen", "Käthe",
    ), ("Wójcik", "Kowalczyk", "Müller", "Größ", "Żak", "Dąbrowski", "Schäfer")),
    Community(5, "", (
        "Priya", "Samir", "Yusuf", "Nadia", "Farid", "Amina", "Ravi", "Leïla",
    ), ("Mehta", "Haddad", "Yılmaz", "Rahman", "Özdemir", "Hassan", "El-Amin", "Krishnamurthy")),
    Community(5, "zh", (
        "秀英", "建国", "美玲", "伟", "晓明", "丽华", "志强", "佳怡",
    ), ("王", "李", "张", "陈", "刘", "黄")),
    Community(5, "ru", (
        "Александра", "Дмитрий", "Ольга", "Сергей", "Наталья", "Юрий", "Екатерина",
    ), ("Петренко", "Соколенко", "Ковальчук", "Левченко", "Ткачук", "Бондаренко")),
)

_LATIN = {
    "秀英": "xiuying", "建国": "jianguo", "美玲": "meiling", "伟": "wei", "晓明": "xiaoming",
    "丽华": "lihua", "志强": "zhiqiang", "佳怡": "jiayi",
    "王": "wang", "李": "li", "张": "zhang", "陈": "chen", "刘": "liu", "黄": "huang",
    "Александра": "alexandra", "Дмитрий": "dmitri", "Ольга": "olga", "Сергей": "sergei",
    "Наталья": "natalya", "Юрий": "yuri", "Екатерина": "ekaterina",
    "Петренко": "petrenko", "Соколенко": "sokolenko", "Ковальчук": "kovalchuk",
    "Левченко": "levchenko", "Ткачук": "tkachuk", "Бондаренко": "bondarenko",
}
# fmt: on
_LETTERS = str.maketrans({"ł": "l", "đ": "d", "ß": "ss", "ı": "i", "ø": "o"})


def latin(name: str) -> str:
    """A name in the letters of an email address."""
    plain = _LATIN.get(name) or name.lower().translate(_LETTERS)
    bare = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z]+", "", bare)
