from django.apps import AppConfig


class PracticeConfig(AppConfig):
    name = "carepost.practice"
    label = "practice"
