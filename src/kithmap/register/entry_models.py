"""What the partnership writes down itself: recipes of how files are read, and entries of its own registers."""

# pyright: reportArgumentType=false

from django.db import models

TEXT = 200


class Recipe(models.Model):
    """How one holder's files are read under an agreement; `terms` holds the newest version: its TOML, and what was said."""

    id = models.CharField(max_length=2 * TEXT, primary_key=True)
    terms = models.JSONField()
    version = models.IntegerField(default=1)
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=TEXT, blank=True, default="")


class Entry(models.Model):
    """One entry of a register that the partnership keeps itself; `terms` holds the values of its newest version."""

    id = models.CharField(max_length=40, primary_key=True)
    register = models.CharField(max_length=TEXT, db_index=True)
    terms = models.JSONField()
    version = models.IntegerField(default=1)
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=TEXT, blank=True, default="")
    is_removed = models.BooleanField(default=False)
