# pyright: reportArgumentType=false
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("register", "0002_judgements"),
    ]

    operations = [
        migrations.CreateModel(
            name="Gateway",
            fields=[
                ("id", models.CharField(max_length=200, primary_key=True, serialize=False)),
                ("terms", models.JSONField()),
                ("version", models.IntegerField(default=1)),
                ("added_at", models.DateTimeField()),
                ("added_by", models.CharField(blank=True, default="", max_length=200)),
            ],
        ),
        migrations.CreateModel(
            name="Source",
            fields=[
                ("id", models.CharField(max_length=400, primary_key=True, serialize=False)),
                ("terms", models.JSONField()),
                ("version", models.IntegerField(default=1)),
                ("added_at", models.DateTimeField()),
                ("added_by", models.CharField(blank=True, default="", max_length=200)),
            ],
        ),
        migrations.AddField(
            model_name="agreement",
            name="added_by",
            field=models.CharField(blank=True, default="", max_length=200),
        ),
        migrations.AddField(
            model_name="agreement",
            name="version",
            field=models.IntegerField(default=1),
        ),
        migrations.AddField(
            model_name="purpose",
            name="added_by",
            field=models.CharField(blank=True, default="", max_length=200),
        ),
        migrations.AddField(
            model_name="purpose",
            name="version",
            field=models.IntegerField(default=1),
        ),
        migrations.AddField(
            model_name="user",
            name="authority",
            field=models.CharField(blank=True, default="", max_length=200),
        ),
        migrations.AddField(
            model_name="user",
            name="organisation",
            field=models.CharField(blank=True, default="", max_length=40),
        ),
        migrations.CreateModel(
            name="FormerTerms",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=20)),
                ("of", models.CharField(max_length=400)),
                ("version", models.IntegerField()),
                ("terms", models.JSONField()),
                ("added_at", models.DateTimeField()),
                ("added_by", models.CharField(blank=True, max_length=200)),
                ("replaced_at", models.DateTimeField()),
                ("replaced_by", models.CharField(max_length=200)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "of", "version"), name="a_version_gives_way_once")
                ],
            },
        ),
    ]
