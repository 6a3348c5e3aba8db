"""Invites, links to get in by, what a practice asks of a sign-in; the doors that precede a practice.

The cache is a table so that all processes and hosts count the same tries (allauth's rate limits).
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import carepost.ground.clock
import carepost.ground.ids
import carepost.practice.tenancy

DOORS = """
CREATE FUNCTION door_memberships(p_user uuid)
RETURNS TABLE (practice_id uuid, practice_name varchar, member_id uuid, member_name varchar,
  role varchar, active boolean, mfa_required varchar, idle_minutes smallint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT p.id, p.name, m.id, m.name, m.role, m.active, p.mfa_required, p.idle_minutes
  FROM practice_member m JOIN practice_practice p ON p.id = m.practice_id
  WHERE m.user_id = p_user ORDER BY p.name, p.id
$$;

CREATE FUNCTION door_invite(p_digest bytea)
RETURNS TABLE (practice_id uuid, invite_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT i.practice_id, i.id FROM practice_invite i WHERE i.digest = p_digest
$$;
"""

CACHE = """
CREATE TABLE practice_cache (
  cache_key varchar(255) PRIMARY KEY, value text NOT NULL, expires timestamptz NOT NULL);
CREATE INDEX practice_cache_expires ON practice_cache (expires);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("practice", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="AccessLink",
            fields=[
                ("digest", models.BinaryField(max_length=32, primary_key=True, serialize=False)),
                ("restores", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField(default=carepost.ground.clock.now)),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Invite",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=carepost.ground.ids.fresh,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("email", models.EmailField(max_length=254)),
                ("name", models.CharField(blank=True, max_length=120)),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("owner", "Owner"),
                            ("practitioner", "Practitioner"),
                            ("front_desk", "Front desk"),
                            ("biller", "Biller"),
                        ],
                        max_length=20,
                    ),
                ),
                ("digest", models.BinaryField(unique=True)),
                ("created_at", models.DateTimeField(default=carepost.ground.clock.now)),
                ("expires_at", models.DateTimeField()),
                ("accepted_at", models.DateTimeField(null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.AddField(
            model_name="practice",
            name="idle_minutes",
            field=models.SmallIntegerField(db_default=15, default=15),
        ),
        migrations.AddField(
            model_name="practice",
            name="mfa_required",
            field=models.CharField(
                choices=[("nobody", "Nobody"), ("owners", "Owners"), ("all", "Everyone")],
                db_default="owners",
                default="owners",
                max_length=8,
            ),
        ),
        migrations.AddConstraint(
            model_name="practice",
            constraint=models.CheckConstraint(
                condition=models.Q(("idle_minutes__gte", 5), ("idle_minutes__lte", 60)),
                name="practice_idle_minutes",
            ),
        ),
        migrations.AddField(
            model_name="accesslink",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="invite",
            name="by",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="practice.member",
            ),
        ),
        migrations.AddField(
            model_name="invite",
            name="member",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="practice.member",
            ),
        ),
        migrations.AddField(
            model_name="invite",
            name="practice",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="practice.practice",
            ),
        ),
        migrations.AddConstraint(
            model_name="invite",
            constraint=models.UniqueConstraint(
                fields=("practice", "id"), name="invite_of_practice"
            ),
        ),
        migrations.AddConstraint(
            model_name="invite",
            constraint=carepost.practice.tenancy.Isolated(name="invite_isolated"),
        ),
        migrations.AddConstraint(
            model_name="invite",
            constraint=carepost.practice.tenancy.SamePractice(field="by", name="invite_by"),
        ),
        migrations.AddConstraint(
            model_name="invite",
            constraint=carepost.practice.tenancy.SamePractice(field="member", name="invite_member"),
        ),
        migrations.AddConstraint(
            model_name="invite",
            constraint=models.UniqueConstraint(
                condition=models.Q(("accepted_at", None), ("revoked_at", None)),
                fields=("practice", "email"),
                name="invite_open_once",
            ),
        ),
        migrations.RunSQL(
            DOORS + CACHE,
            "DROP FUNCTION door_memberships(uuid), door_invite(bytea); DROP TABLE practice_cache",
        ),
    ]
