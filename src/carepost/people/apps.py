from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "carepost.people"
    label = "people"
