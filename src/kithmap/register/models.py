"""The tables of the register. Nothing here names a young person.

Other packages never import this: they use the functions beside it, which give plain values.
"""

# pyright: reportArgumentType=false

from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models

from kithmap.register.entry_models import Entry, Recipe
from kithmap.register.profile_models import ProfileDraft, ProfileText

__all__ = ["Entry", "ProfileDraft", "ProfileText", "Recipe"]
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

    class Meta:
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

    class Meta:
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
    """Long work: who asked for it, which process has it until when, how far it has come; numbers, codes and ids."""

    job_id = models.CharField(max_length=40, primary_key=True)
    kind = models.CharField(max_length=20)
    params = models.JSONField(default=dict)
    who = models.CharField(max_length=TEXT, blank=True, default="")
    purpose = models.CharField(max_length=TEXT, blank=True, default="")
    state = models.CharField(max_length=20)
    attempt = models.IntegerField(default=0)
    worker = models.CharField(max_length=TEXT, blank=True, default="")
    lease_until = models.DateTimeField(null=True)
    step = models.CharField(max_length=TEXT, blank=True)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    passed = models.JSONField(default=list)
    kept = models.JSONField(default=dict)
    outcome = models.JSONField(default=dict)
    message = models.JSONField(default=dict)
    cancel_asked = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["kind"], condition=models.Q(state="running"), name="one_job_of_a_kind_runs"
            ),
        )


class Release(models.Model):
    """A release on its road: what is to leave or has left, cells after disclosure control, to whom.

    content: what leaves. sha256: of that content, which approvals are of. statements: what it says, as
    sums over populations, for the ledger. extracts: the receipts it rests on. released_at is null until it
    has left. again_since: since when it is known to need making again, and why.
    """

    release_id = models.CharField(max_length=40, primary_key=True)
    measure = models.CharField(max_length=TEXT)
    level = models.CharField(max_length=2)
    recipient = models.CharField(max_length=TEXT)
    build_id = models.CharField(max_length=40)
    purpose = models.CharField(max_length=TEXT)
    approvals = models.JSONField()
    released_at = models.DateTimeField(null=True)
    content = models.JSONField()
    state = models.CharField(max_length=20, default="released")
    author = models.CharField(max_length=TEXT, default="", blank=True)
    drafted_at = models.DateTimeField(null=True)
    sha256 = models.CharField(max_length=64, default="", blank=True)
    statements = models.JSONField(default=list)
    extracts = models.JSONField(default=list)
    handling = models.CharField(max_length=TEXT, default="", blank=True)
    expires_on = models.DateField(null=True)
    again_since = models.DateTimeField(null=True)
    again_why = models.CharField(max_length=TEXT, default="", blank=True)


class ReleaseStep(models.Model):
    """One move of a release: by whom, of which content, by its hash; only ever added to."""

    release = models.ForeignKey(Release, on_delete=models.PROTECT)
    number = models.IntegerField()
    move = models.CharField(max_length=20)
    after = models.CharField(max_length=20)
    who = models.CharField(max_length=TEXT)
    at = models.DateTimeField()
    sha256 = models.CharField(max_length=64)
    note = models.TextField(blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["release", "number"], name="a_step_of_a_release_has_one_number"),
        )


class Delivery(models.Model):
    """One release in one recipient's hands: the register of what went to whom, and of recalls."""

    release = models.ForeignKey(Release, on_delete=models.PROTECT)
    recipient = models.CharField(max_length=TEXT)
    version = models.IntegerField()
    handling = models.CharField(max_length=TEXT, blank=True)
    sent_at = models.DateTimeField()
    sent_by = models.CharField(max_length=TEXT)
    expires_on = models.DateField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.CharField(max_length=TEXT, blank=True)
    recalled_at = models.DateTimeField(null=True)
    recall_reason = models.CharField(max_length=TEXT, blank=True)
    recall_acknowledged_at = models.DateTimeField(null=True)
    recall_acknowledged_by = models.CharField(max_length=TEXT, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["release", "recipient"], name="a_release_is_delivered_once_to_each"
            ),
        )


class SubjectRequest(models.Model):
    """What somebody asked about what is held of them: to see, object, correct or dispute; by pseudonym.

    The mention meant is named by its file's hash, row and slot, so that a request outlasts every build.
    """

    request_id = models.CharField(max_length=40, primary_key=True)
    kind = models.CharField(max_length=20)
    person_id = models.CharField(max_length=40)
    sha256 = models.CharField(max_length=64, blank=True)
    row = models.BigIntegerField(null=True)
    slot = models.IntegerField(null=True)
    harm = models.CharField(max_length=20, blank=True)
    reason = models.CharField(max_length=TEXT)
    state = models.CharField(max_length=20)
    purpose = models.CharField(max_length=TEXT)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=TEXT)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=TEXT, blank=True)
    decision = models.CharField(max_length=TEXT, blank=True)

    class Meta:
        indexes = (models.Index(fields=["person_id"], name="requests_of_a_person"),)


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

    class Meta:
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

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["sample", "number"], name="a_record_of_a_sample_has_one_number"),
        )


class Account(models.Model):
    """How a user signs in to the pages: what their password and codes are checked against, never the things themselves.

    password: a salted hash. codes_sealed: the secret of their codes, sealed under the workspace's key.
    last_code: the last time step a code was taken for, so that none is taken twice. stamp: changes with the
    password and ends every session that bears another. subject: whom an identity provider says they are.
    """

    user = models.OneToOneField(User, on_delete=models.PROTECT, primary_key=True)
    password = models.CharField(max_length=TEXT, blank=True)
    codes_sealed = models.TextField(blank=True)
    last_code = models.BigIntegerField(default=0)
    failures = models.IntegerField(default=0)
    locked_until = models.DateTimeField(null=True)
    invitation = models.CharField(max_length=64, blank=True)
    invited_until = models.DateTimeField(null=True)
    subject = models.CharField(max_length=2 * TEXT, blank=True)
    stamp = models.CharField(max_length=32)
    is_closed = models.BooleanField(default=False)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["subject"], condition=~models.Q(subject=""), name="a_subject_signs_in_as_one_user"
            ),
        )


class WebSession(AbstractBaseSession):
    """A session of the pages; whose it is stands beside it, so that all of one user's can be ended."""

    user_name = models.CharField(max_length=TEXT, blank=True, db_index=True)

    @classmethod
    def get_session_store_class(cls) -> type:
        """The store that reads and writes these."""
        from kithmap.register.web_sessions import SessionStore

        return SessionStore
