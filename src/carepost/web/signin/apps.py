from django.apps import AppConfig


class SignInConfig(AppConfig):
    name = "carepost.web.signin"
    label = "signin"

    def ready(self) -> None:
        """Listen to Django's and allauth's signals: who signed in, who failed, what changed."""
        from carepost.web.signin import trail

        trail.listen()
