"""Every URL. Each app names its own."""

urlpatterns: list[object] = []
