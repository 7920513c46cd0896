# pyright: reportArgumentType=false
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("register", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="AuditSample",
            fields=[
                ("sample_id", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("drawn_at", models.DateTimeField()),
                ("drawn_by", models.CharField(max_length=200)),
                ("build_id", models.CharField(max_length=40)),
                ("purpose", models.CharField(max_length=200)),
                ("seed", models.BigIntegerField()),
                ("details", models.JSONField()),
            ],
        ),
        migrations.CreateModel(
            name="AuditRecord",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.IntegerField()),
                ("sha256", models.CharField(max_length=64)),
                ("row", models.BigIntegerField()),
                ("slot", models.IntegerField()),
                ("stratum", models.CharField(max_length=200)),
                ("state", models.CharField(max_length=20)),
                ("matches", models.JSONField()),
                ("details", models.JSONField()),
                ("who", models.CharField(blank=True, max_length=200)),
                ("at", models.DateTimeField(null=True)),
                (
                    "sample",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="register.auditsample"),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("sample", "number"), name="a_record_of_a_sample_has_one_number"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Judgement",
            fields=[
                ("id", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("one_sha256", models.CharField(max_length=64)),
                ("one_row", models.BigIntegerField()),
                ("one_slot", models.IntegerField()),
                ("one_said", models.CharField(max_length=200)),
                ("other_sha256", models.CharField(max_length=64)),
                ("other_row", models.BigIntegerField()),
                ("other_slot", models.IntegerField()),
                ("other_said", models.CharField(max_length=200)),
                ("decision", models.CharField(max_length=20)),
                ("reason", models.CharField(max_length=200)),
                ("note", models.TextField(blank=True)),
                ("who", models.CharField(max_length=200)),
                ("at", models.DateTimeField()),
                ("build_id", models.CharField(max_length=40)),
                ("purpose", models.CharField(max_length=200)),
                ("blind", models.BooleanField()),
                ("workbook", models.CharField(blank=True, max_length=40)),
                ("undone_at", models.DateTimeField(null=True)),
                ("undone_by", models.CharField(blank=True, max_length=200)),
                ("undone_reason", models.TextField(blank=True)),
                (
                    "second_of",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, to="register.judgement"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=[
                            "one_sha256",
                            "one_row",
                            "one_slot",
                            "other_sha256",
                            "other_row",
                            "other_slot",
                        ],
                        name="judgements_of_a_pair",
                    )
                ],
            },
        ),
    ]
