# pyright: reportArgumentType=false
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("register", "0007_profiles"),
    ]

    operations = [
        migrations.CreateModel(
            name="Recipe",
            fields=[
                ("id", models.CharField(max_length=400, primary_key=True, serialize=False)),
                ("terms", models.JSONField()),
                ("version", models.IntegerField(default=1)),
                ("added_at", models.DateTimeField()),
                ("added_by", models.CharField(blank=True, default="", max_length=200)),
            ],
        ),
        migrations.CreateModel(
            name="Entry",
            fields=[
                ("id", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("register", models.CharField(db_index=True, max_length=200)),
                ("terms", models.JSONField()),
                ("version", models.IntegerField(default=1)),
                ("added_at", models.DateTimeField()),
                ("added_by", models.CharField(blank=True, default="", max_length=200)),
                ("is_removed", models.BooleanField(default=False)),
            ],
        ),
    ]
