"""Every page of the application, one line each group."""

from django.urls import path

from kithmap.web import (
    account,
    agreement_form,
    agreements,
    audit_pages,
    audit_sample,
    builds,
    check,
    columns,
    compare,
    contexts,
    extracts,
    groups,
    home,
    jobs,
    layouts,
    new_extract,
    open_pages,
    overlap,
    places,
    profile_edit,
    profile_signing,
    profiles,
    provider,
    purpose,
    purposes_pages,
    questions,
    redact,
    register_import,
    registers,
    release_moves,
    release_new,
    releases,
    review,
    review_workbook,
    sign_in,
    subject,
    timeline,
    users,
)
from kithmap.web.page import Page, shown

GROUPS = (
    home,
    overlap,
    compare,
    questions,
    places,
    groups,
    contexts,
    timeline,
    sign_in,
    provider,
    purpose,
    open_pages,
    account,
    extracts,
    builds,
    review_workbook,  # Before the page of one pair, which any word would name.
    review,
    audit_sample,
    jobs,  # Before the page of one release, which any word would name.
    release_new,
    releases,
    release_moves,
    profiles,
    profile_edit,
    profile_signing,
    audit_pages,
    users,
    agreement_form,  # Before the page of one agreement, which any word would name.
    agreements,
    purposes_pages,
    subject,
    redact,
    new_extract,
    columns,
    check,
    layouts,
    register_import,  # Before the page of one entry, which any word would name.
    registers,
)
PAGES: tuple[Page, ...] = tuple(
    each for group in GROUPS for each in vars(group).values() if isinstance(each, Page)
)
urlpatterns = [path(each.path, shown(each), name=each.name) for each in PAGES]
handler400 = "kithmap.web.failures.broken_off"
handler404 = "kithmap.web.failures.not_found"
handler500 = "kithmap.web.failures.failed"
