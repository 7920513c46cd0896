"""The tables of profiles that are being written: each draft, and every text it ever had."""

# pyright: reportArgumentType=false

from django.db import models

TEXT = 200


class ProfileDraft(models.Model):
    """A profile on its way: how it stands, which releases it stands on, and the document it became."""

    profile_id = models.CharField(max_length=40, primary_key=True)
    purpose = models.CharField(max_length=TEXT)
    author = models.CharField(max_length=TEXT)
    state = models.CharField(max_length=20)
    version = models.IntegerField()
    started_at = models.DateTimeField()
    releases = models.JSONField(default=dict)
    released_at = models.DateTimeField(null=True)
    document = models.CharField(max_length=2 * TEXT, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    expires_on = models.DateField(null=True)


class ProfileText(models.Model):
    """One text of a profile, as somebody saved it: none is ever written over."""

    profile = models.ForeignKey(ProfileDraft, on_delete=models.PROTECT)
    version = models.IntegerField()
    content = models.JSONField()
    by = models.CharField(max_length=TEXT)
    at = models.DateTimeField()

    class Meta:  # noqa: D106  Django's own place for it
        constraints = (
            models.UniqueConstraint(fields=["profile", "version"], name="a_text_of_a_profile_has_one_number"),
        )
