from django.apps import AppConfig


class CarriersConfig(AppConfig):
    name = "carepost.carriers"
    label = "carriers"
