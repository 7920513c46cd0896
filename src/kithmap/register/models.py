"""The tables of the register. Nothing here names a young person.

Other packages never import this: they use the functions of `register.agreements`, `receipts`
and so on, which give plain values.
"""

# pyright: reportArgumentType=false

from django.db import models

TEXT = 200


class User(models.Model):
    """Somebody who works with the workspace: an account, its role, and whose it is.

    `organisation` is a kind of organisation, and `authority` the code of the one authority it is of;
    both are empty for somebody who works for the whole partnership.
    """

    name = models.CharField(max_length=TEXT, primary_key=True)
    role = models.CharField(max_length=40)
    organisation = models.CharField(max_length=40, blank=True, default="")
    authority = models.CharField(max_length=TEXT, blank=True, default="")
    added_at = models.DateTimeField()


class Agreement(models.Model):
    """An information-sharing agreement, as its file states it; `terms` holds the whole of its newest version."""

    id = models.CharField(max_length=TEXT, primary_key=True)
    terms = models.JSONField()
    is_suspended = models.BooleanField(default=False)
    version = models.IntegerField(default=1)
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=TEXT, blank=True, default="")


class Purpose(models.Model):
    """An agreed reason for asking, as its file states it; `terms` holds the whole of its newest version."""

    id = models.CharField(max_length=TEXT, primary_key=True)
    terms = models.JSONField()
    is_suspended = models.BooleanField(default=False)
    version = models.IntegerField(default=1)
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=TEXT, blank=True, default="")


class FormerTerms(models.Model):
    """A version of an agreement, purpose, source or gateway that gave way to a newer one; never changed, never deleted."""

    kind = models.CharField(max_length=20)
    of = models.CharField(max_length=2 * TEXT)
    version = models.IntegerField()
    terms = models.JSONField()
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=TEXT, blank=True)
    replaced_at = models.DateTimeField()
    replaced_by = models.CharField(max_length=TEXT)

    class Meta:  # noqa: D106  Django's own place for it
        constraints = (
            models.UniqueConstraint(fields=["kind", "of", "version"], name="a_version_gives_way_once"),
        )


class Source(models.Model):
    """Who holds what and whom to ask for it: a holder in an authority, its contacts and its data sets."""

    id = models.CharField(max_length=2 * TEXT, primary_key=True)
    terms = models.JSONField()
    version = models.IntegerField(default=1)
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=TEXT, blank=True, default="")


class Gateway(models.Model):
    """A legal gateway as this workspace has it: one of its own, or one that ships, put otherwise."""

    id = models.CharField(max_length=TEXT, primary_key=True)
    terms = models.JSONField()
    version = models.IntegerField(default=1)
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=TEXT, blank=True, default="")


class Receipt(models.Model):
    """One extract received: what came in, what was kept, what was refused and why.

    `refusals` says sheet, row and column, and never the value that stood there.
    """

    receipt_no = models.BigIntegerField(primary_key=True)
    name = models.CharField(max_length=TEXT)
    sha256 = models.CharField(max_length=64)
    layout = models.CharField(max_length=TEXT)
    layout_sha256 = models.CharField(max_length=64)
    holder = models.CharField(max_length=TEXT)
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT)
    la_code = models.CharField(max_length=TEXT, null=True)
    list = models.CharField(max_length=TEXT, null=True)
    rows_in = models.BigIntegerField()
    rows_kept = models.BigIntegerField()
    rows_refused = models.BigIntegerField()
    mentions = models.BigIntegerField()
    refusals = models.JSONField()
    notes = models.JSONField()
    details = models.JSONField()
    first_on = models.DateField(null=True)
    last_on = models.DateField(null=True)
    received_at = models.DateTimeField()
    received_by = models.CharField(max_length=TEXT)
    state = models.CharField(max_length=20)

    class Meta:  # noqa: D106  Django's own place for it
        constraints = (
            models.UniqueConstraint(
                fields=["sha256", "layout_sha256"],
                condition=models.Q(state="kept"),
                name="an_extract_is_kept_once",
            ),
        )


class Build(models.Model):
    """One build: where it is, what went into it, what came out."""

    build_id = models.CharField(max_length=40, primary_key=True)
    engine = models.CharField(max_length=20)
    state = models.CharField(max_length=20)
    path = models.CharField(max_length=TEXT)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    manifest = models.JSONField()


class Job(models.Model):
    """Long work under way or done: which step it had reached."""

    job_id = models.CharField(max_length=40, primary_key=True)
    kind = models.CharField(max_length=20)
    step = models.CharField(max_length=TEXT)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    state = models.CharField(max_length=20)
    updated_at = models.DateTimeField()


class Release(models.Model):
    """What left: cells after disclosure control, to whom, approved by which two people."""

    release_id = models.CharField(max_length=40, primary_key=True)
    measure = models.CharField(max_length=TEXT)
    level = models.CharField(max_length=2)
    recipient = models.CharField(max_length=TEXT)
    build_id = models.CharField(max_length=40)
    purpose = models.CharField(max_length=TEXT)
    approvals = models.JSONField()
    released_at = models.DateTimeField()
    content = models.JSONField()


class AuditEvent(models.Model):
    """One line of the audit, chained to the line before it."""

    seq = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    actor = models.CharField(max_length=TEXT)
    verb = models.CharField(max_length=40)
    outcome = models.CharField(max_length=10)
    what = models.TextField()
    purpose = models.CharField(max_length=TEXT, blank=True)
    details = models.JSONField()
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)


class Judgement(models.Model):
    """What somebody decided of two mentions: one person, two, or not to be told.

    A mention is named by its file's hash, row and slot, so a judgement outlasts every build, and the
    file's being read again with another layout; `said` is a keyed fingerprint of what the mention said,
    to find out that another layout reads somebody else there. Rows are added and undone, never deleted.
    """

    id = models.CharField(max_length=40, primary_key=True)
    one_sha256 = models.CharField(max_length=64)
    one_row = models.BigIntegerField()
    one_slot = models.IntegerField()
    one_said = models.CharField(max_length=TEXT)
    other_sha256 = models.CharField(max_length=64)
    other_row = models.BigIntegerField()
    other_slot = models.IntegerField()
    other_said = models.CharField(max_length=TEXT)
    decision = models.CharField(max_length=20)
    reason = models.CharField(max_length=TEXT)
    note = models.TextField(blank=True)
    who = models.CharField(max_length=TEXT)
    at = models.DateTimeField()
    build_id = models.CharField(max_length=40)
    purpose = models.CharField(max_length=TEXT)
    blind = models.BooleanField()
    second_of = models.ForeignKey("self", on_delete=models.PROTECT, null=True)
    workbook = models.CharField(max_length=40, blank=True)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.CharField(max_length=TEXT, blank=True)
    undone_reason = models.TextField(blank=True)

    class Meta:  # noqa: D106  Django's own place for it
        indexes = (
            models.Index(
                fields=["one_sha256", "one_row", "one_slot", "other_sha256", "other_row", "other_slot"],
                name="judgements_of_a_pair",
            ),
        )


class AuditSample(models.Model):
    """A sample of records drawn to find out how good linkage is; `details` holds its strata."""

    sample_id = models.CharField(max_length=40, primary_key=True)
    drawn_at = models.DateTimeField()
    drawn_by = models.CharField(max_length=TEXT)
    build_id = models.CharField(max_length=40)
    purpose = models.CharField(max_length=TEXT)
    seed = models.BigIntegerField()
    details = models.JSONField()


class AuditRecord(models.Model):
    """One record of a sample, and the mentions of the same person that a wide search found."""

    sample = models.ForeignKey(AuditSample, on_delete=models.PROTECT)
    number = models.IntegerField()
    sha256 = models.CharField(max_length=64)
    row = models.BigIntegerField()
    slot = models.IntegerField()
    stratum = models.CharField(max_length=TEXT)
    state = models.CharField(max_length=20)
    matches = models.JSONField()
    details = models.JSONField()
    who = models.CharField(max_length=TEXT, blank=True)
    at = models.DateTimeField(null=True)

    class Meta:  # noqa: D106  Django's own place for it
        constraints = (
            models.UniqueConstraint(fields=["sample", "number"], name="a_record_of_a_sample_has_one_number"),
        )
