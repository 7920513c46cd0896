"""The register's models, ready to use: importing this sets Django up, which models need first.

They are `Any` to the type checker: Django's fields are not annotated, and only the functions of
this package, which give plain values, ever touch them.
"""

from typing import Any

from kithmap.register.settings import configure

configure()

from django.db import transaction  # noqa: E402

from kithmap.register import models  # noqa: E402

Account: Any = models.Account
Agreement: Any = models.Agreement
AuditEvent: Any = models.AuditEvent
AuditRecord: Any = models.AuditRecord
AuditSample: Any = models.AuditSample
Build: Any = models.Build
Delivery: Any = models.Delivery
Entry: Any = models.Entry
FormerTerms: Any = models.FormerTerms
Gateway: Any = models.Gateway
Job: Any = models.Job
Judgement: Any = models.Judgement
ProfileDraft: Any = models.ProfileDraft
ProfileText: Any = models.ProfileText
Purpose: Any = models.Purpose
Receipt: Any = models.Receipt
Recipe: Any = models.Recipe
Release: Any = models.Release
ReleaseStep: Any = models.ReleaseStep
Source: Any = models.Source
SubjectRequest: Any = models.SubjectRequest
User: Any = models.User
WebSession: Any = models.WebSession
atomic: Any = transaction.atomic
