from django.apps import AppConfig


class AppointmentsConfig(AppConfig):
    name = "carepost.appointments"
    label = "appointments"
