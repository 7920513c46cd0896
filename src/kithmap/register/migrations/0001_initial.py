# pyright: reportArgumentType=false

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Agreement",
            fields=[
                ("id", models.CharField(max_length=200, primary_key=True, serialize=False)),
                ("terms", models.JSONField()),
                ("is_suspended", models.BooleanField(default=False)),
                ("added_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="AuditEvent",
            fields=[
                ("seq", models.BigIntegerField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("actor", models.CharField(max_length=200)),
                ("verb", models.CharField(max_length=40)),
                ("outcome", models.CharField(max_length=10)),
                ("what", models.TextField()),
                ("purpose", models.CharField(blank=True, max_length=200)),
                ("details", models.JSONField()),
                ("previous", models.CharField(max_length=64)),
                ("hash", models.CharField(max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name="Build",
            fields=[
                ("build_id", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("engine", models.CharField(max_length=20)),
                ("state", models.CharField(max_length=20)),
                ("path", models.CharField(max_length=200)),
                ("started_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
                ("manifest", models.JSONField()),
            ],
        ),
        migrations.CreateModel(
            name="Job",
            fields=[
                ("job_id", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=20)),
                ("step", models.CharField(max_length=200)),
                ("done", models.BigIntegerField(default=0)),
                ("total", models.BigIntegerField(default=0)),
                ("state", models.CharField(max_length=20)),
                ("updated_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Purpose",
            fields=[
                ("id", models.CharField(max_length=200, primary_key=True, serialize=False)),
                ("terms", models.JSONField()),
                ("is_suspended", models.BooleanField(default=False)),
                ("added_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Release",
            fields=[
                ("release_id", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("measure", models.CharField(max_length=200)),
                ("level", models.CharField(max_length=2)),
                ("recipient", models.CharField(max_length=200)),
                ("build_id", models.CharField(max_length=40)),
                ("purpose", models.CharField(max_length=200)),
                ("approvals", models.JSONField()),
                ("released_at", models.DateTimeField()),
                ("content", models.JSONField()),
            ],
        ),
        migrations.CreateModel(
            name="User",
            fields=[
                ("name", models.CharField(max_length=200, primary_key=True, serialize=False)),
                ("role", models.CharField(max_length=40)),
                ("added_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Receipt",
            fields=[
                ("receipt_no", models.BigIntegerField(primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=200)),
                ("sha256", models.CharField(max_length=64)),
                ("layout", models.CharField(max_length=200)),
                ("layout_sha256", models.CharField(max_length=64)),
                ("holder", models.CharField(max_length=200)),
                ("la_code", models.CharField(max_length=200, null=True)),
                ("list", models.CharField(max_length=200, null=True)),
                ("rows_in", models.BigIntegerField()),
                ("rows_kept", models.BigIntegerField()),
                ("rows_refused", models.BigIntegerField()),
                ("mentions", models.BigIntegerField()),
                ("refusals", models.JSONField()),
                ("notes", models.JSONField()),
                ("details", models.JSONField()),
                ("first_on", models.DateField(null=True)),
                ("last_on", models.DateField(null=True)),
                ("received_at", models.DateTimeField()),
                ("received_by", models.CharField(max_length=200)),
                ("state", models.CharField(max_length=20)),
                (
                    "agreement",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="register.agreement"),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "kept")),
                        fields=("sha256", "layout_sha256"),
                        name="an_extract_is_kept_once",
                    )
                ],
            },
        ),
    ]
