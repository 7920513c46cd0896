# pyright: reportArgumentType=false
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("register", "0003_agreed_versions"),
    ]

    operations = [
        migrations.AddField(
            model_name="release",
            name="again_since",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="release",
            name="again_why",
            field=models.CharField(blank=True, default="", max_length=200),
        ),
        migrations.AddField(
            model_name="release",
            name="author",
            field=models.CharField(blank=True, default="", max_length=200),
        ),
        migrations.AddField(
            model_name="release",
            name="drafted_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="release",
            name="expires_on",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="release",
            name="extracts",
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name="release",
            name="handling",
            field=models.CharField(blank=True, default="", max_length=200),
        ),
        migrations.AddField(
            model_name="release",
            name="sha256",
            field=models.CharField(blank=True, default="", max_length=64),
        ),
        migrations.AddField(
            model_name="release",
            name="state",
            field=models.CharField(default="released", max_length=20),
        ),
        migrations.AddField(
            model_name="release",
            name="statements",
            field=models.JSONField(default=list),
        ),
        migrations.AlterField(
            model_name="release",
            name="released_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.CreateModel(
            name="SubjectRequest",
            fields=[
                ("request_id", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=20)),
                ("person_id", models.CharField(max_length=40)),
                ("sha256", models.CharField(blank=True, max_length=64)),
                ("row", models.BigIntegerField(null=True)),
                ("slot", models.IntegerField(null=True)),
                ("harm", models.CharField(blank=True, max_length=20)),
                ("reason", models.CharField(max_length=200)),
                ("state", models.CharField(max_length=20)),
                ("purpose", models.CharField(max_length=200)),
                ("made_at", models.DateTimeField()),
                ("made_by", models.CharField(max_length=200)),
                ("decided_at", models.DateTimeField(null=True)),
                ("decided_by", models.CharField(blank=True, max_length=200)),
                ("decision", models.CharField(blank=True, max_length=200)),
            ],
            options={
                "indexes": [models.Index(fields=["person_id"], name="requests_of_a_person")],
            },
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("recipient", models.CharField(max_length=200)),
                ("version", models.IntegerField()),
                ("handling", models.CharField(blank=True, max_length=200)),
                ("sent_at", models.DateTimeField()),
                ("sent_by", models.CharField(max_length=200)),
                ("expires_on", models.DateField(null=True)),
                ("acknowledged_at", models.DateTimeField(null=True)),
                ("acknowledged_by", models.CharField(blank=True, max_length=200)),
                ("recalled_at", models.DateTimeField(null=True)),
                ("recall_reason", models.CharField(blank=True, max_length=200)),
                ("recall_acknowledged_at", models.DateTimeField(null=True)),
                ("recall_acknowledged_by", models.CharField(blank=True, max_length=200)),
                (
                    "release",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="register.release"),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("release", "recipient"), name="a_release_is_delivered_once_to_each"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ReleaseStep",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.IntegerField()),
                ("move", models.CharField(max_length=20)),
                ("after", models.CharField(max_length=20)),
                ("who", models.CharField(max_length=200)),
                ("at", models.DateTimeField()),
                ("sha256", models.CharField(max_length=64)),
                ("note", models.TextField(blank=True)),
                (
                    "release",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="register.release"),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("release", "number"), name="a_step_of_a_release_has_one_number"
                    )
                ],
            },
        ),
    ]
