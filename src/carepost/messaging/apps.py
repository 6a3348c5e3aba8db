from django.apps import AppConfig


class MessagingConfig(AppConfig):
    name = "carepost.messaging"
    label = "messaging"
