# pyright: reportArgumentType=false
from django.db import migrations, models

# What the states of builds were called before there were jobs.
FORMER = {"under way": "failed", "stopped": "failed"}


def tell_former_jobs(apps, editor):
    """Give the jobs there were the words and times of today; one that was under way cannot be gone on with."""
    jobs = apps.get_model("register", "Job").objects.using(editor.connection.alias)
    jobs.update(
        created_at=models.F("updated_at"), started_at=models.F("updated_at"), ended_at=models.F("updated_at")
    )
    for before, after in FORMER.items():
        jobs.filter(state=before).update(state=after)


class Migration(migrations.Migration):
    dependencies = [
        ("register", "0005_sign_in"),
    ]

    operations = [
        migrations.AddField(model_name="job", name="params", field=models.JSONField(default=dict)),
        migrations.AddField(
            model_name="job", name="who", field=models.CharField(blank=True, default="", max_length=200)
        ),
        migrations.AddField(
            model_name="job", name="purpose", field=models.CharField(blank=True, default="", max_length=200)
        ),
        migrations.AddField(model_name="job", name="attempt", field=models.IntegerField(default=0)),
        migrations.AddField(
            model_name="job", name="worker", field=models.CharField(blank=True, default="", max_length=200)
        ),
        migrations.AddField(model_name="job", name="lease_until", field=models.DateTimeField(null=True)),
        migrations.AlterField(
            model_name="job", name="step", field=models.CharField(blank=True, max_length=200)
        ),
        migrations.AddField(model_name="job", name="passed", field=models.JSONField(default=list)),
        migrations.AddField(model_name="job", name="kept", field=models.JSONField(default=dict)),
        migrations.AddField(model_name="job", name="outcome", field=models.JSONField(default=dict)),
        migrations.AddField(model_name="job", name="message", field=models.JSONField(default=dict)),
        migrations.AddField(model_name="job", name="cancel_asked", field=models.BooleanField(default=False)),
        migrations.AddField(model_name="job", name="created_at", field=models.DateTimeField(null=True)),
        migrations.AddField(model_name="job", name="started_at", field=models.DateTimeField(null=True)),
        migrations.AddField(model_name="job", name="ended_at", field=models.DateTimeField(null=True)),
        migrations.RunPython(tell_former_jobs, migrations.RunPython.noop),
        migrations.AlterField(model_name="job", name="created_at", field=models.DateTimeField()),
        migrations.AddConstraint(
            model_name="job",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "running")), fields=("kind",), name="one_job_of_a_kind_runs"
            ),
        ),
    ]
