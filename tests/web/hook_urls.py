"""The callbacks' URLs alone."""

from django.urls import include, path

urlpatterns = [path("hooks/", include("carepost.carriers.urls"))]
