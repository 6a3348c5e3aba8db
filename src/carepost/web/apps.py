from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "carepost.web"
    label = "web"
