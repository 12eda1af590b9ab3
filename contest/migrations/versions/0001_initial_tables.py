"""The first tables.

There are no old rows. Going down removes everything, the append-only record too.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None

# What makes the audit record append-only; a trigger cannot be written through Alembic's own words.
APPEND_ONLY = {
    "sqlite": (
        "CREATE TRIGGER audit_line_no_update BEFORE UPDATE ON audit_line BEGIN SELECT RAISE(ABORT, 'audit_line is append-only'); END",
        "CREATE TRIGGER audit_line_no_delete BEFORE DELETE ON audit_line BEGIN SELECT RAISE(ABORT, 'audit_line is append-only'); END",
        "CREATE TRIGGER audit_line_no_replace BEFORE INSERT ON audit_line WHEN EXISTS (SELECT 1 FROM audit_line WHERE id = NEW.id OR sha256 = NEW.sha256 OR previous_sha256 = NEW.previous_sha256) BEGIN SELECT RAISE(ABORT, 'audit_line is append-only'); END",
    ),
    "postgresql": (
        "CREATE FUNCTION audit_line_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'audit_line is append-only'; END $$",
        "CREATE TRIGGER audit_line_no_change BEFORE UPDATE OR DELETE ON audit_line FOR EACH ROW EXECUTE FUNCTION audit_line_is_append_only()",
        "CREATE TRIGGER audit_line_no_truncate BEFORE TRUNCATE ON audit_line FOR EACH STATEMENT EXECUTE FUNCTION audit_line_is_append_only()",
    ),
}
UNDO = {
    "sqlite": (),
    "postgresql": ("DROP FUNCTION audit_line_is_append_only()",),
}


def upgrade() -> None:
    op.create_table(
        "area",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_area")),
        sa.UniqueConstraint("name", name=op.f("uq_area_name")),
    )
    op.create_table(
        "edition",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("theme", sa.Text(), nullable=False),
        sa.Column("theme_en", sa.Text(), nullable=False),
        sa.Column("introduction", sa.Text(), nullable=False),
        sa.Column("introduction_en", sa.Text(), nullable=False),
        sa.Column("organisers", sa.Text(), nullable=False),
        sa.Column("contact_phone", sa.Text(), nullable=False),
        sa.Column("contact_email", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("upload_grace_min", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("NOT is_current OR state = 'open'", name=op.f("ck_edition_current_is_open")),
        sa.CheckConstraint("state IN ('draft', 'open', 'archived')", name=op.f("ck_edition_state")),
        sa.CheckConstraint("upload_grace_min BETWEEN 0 AND 1440", name=op.f("ck_edition_upload_grace")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_edition")),
        sa.UniqueConstraint("slug", name=op.f("uq_edition_slug")),
    )
    with op.batch_alter_table("edition") as batch_op:
        batch_op.create_index(
            "uq_edition_current",
            ["is_current"],
            unique=True,
            sqlite_where=sa.text("is_current"),
            postgresql_where=sa.text("is_current"),
        )

    op.create_table(
        "job",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column(
            "args", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False
        ),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("run_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("max_attempts", sa.Integer(), nullable=False),
        sa.Column("token", sa.Text(), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("worker", sa.Text(), nullable=True),
        sa.Column("progress", sa.Integer(), nullable=False),
        sa.Column("cancel_requested_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason_code", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(state = 'running') = (lease_until IS NOT NULL)", name=op.f("ck_job_running_lease")),
        sa.CheckConstraint("(state = 'running') = (token IS NOT NULL)", name=op.f("ck_job_running_token")),
        sa.CheckConstraint(
            "(state IN ('done', 'failed', 'cancelled')) = (finished_at IS NOT NULL)", name=op.f("ck_job_finished")
        ),
        sa.CheckConstraint("lane IN ('check', 'encode', 'housekeeping')", name=op.f("ck_job_lane")),
        sa.CheckConstraint("state <> 'cancelled' OR cancel_requested_at IS NOT NULL", name=op.f("ck_job_cancelled")),
        sa.CheckConstraint("state <> 'done' OR progress = 100", name=op.f("ck_job_done_progress")),
        sa.CheckConstraint(
            "state <> 'failed' OR (reason_code IS NOT NULL AND reason IS NOT NULL)", name=op.f("ck_job_reason")
        ),
        sa.CheckConstraint(
            "state <> 'running' OR (worker IS NOT NULL AND started_at IS NOT NULL AND attempts >= 1)",
            name=op.f("ck_job_running_worker"),
        ),
        sa.CheckConstraint("state <> 'waiting' OR attempts < max_attempts", name=op.f("ck_job_waiting_attempts")),
        sa.CheckConstraint("state <> 'waiting' OR cancel_requested_at IS NULL", name=op.f("ck_job_waiting_cancel")),
        sa.CheckConstraint("state IN ('waiting', 'running', 'done', 'failed', 'cancelled')", name=op.f("ck_job_state")),
        sa.CheckConstraint("attempts BETWEEN 0 AND max_attempts", name=op.f("ck_job_attempts")),
        sa.CheckConstraint("max_attempts >= 1", name=op.f("ck_job_max_attempts")),
        sa.CheckConstraint("progress BETWEEN 0 AND 100", name=op.f("ck_job_progress")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        sa.UniqueConstraint("token", name=op.f("uq_job_token")),
    )
    with op.batch_alter_table("job") as batch_op:
        batch_op.create_index(batch_op.f("ix_job_kind"), ["kind"], unique=False)
        batch_op.create_index(
            "ix_job_running",
            ["lease_until"],
            unique=False,
            sqlite_where=sa.text("state = 'running'"),
            postgresql_where=sa.text("state = 'running'"),
        )
        batch_op.create_index(
            "ix_job_waiting",
            ["lane", "priority", "run_at"],
            unique=False,
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        )
        batch_op.create_index(
            "uq_job_key_unfinished",
            ["key"],
            unique=True,
            sqlite_where=sa.text("state IN ('waiting', 'running')"),
            postgresql_where=sa.text("state IN ('waiting', 'running')"),
        )

    op.create_table(
        "periodic_slot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("slot", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_periodic_slot")),
        sa.UniqueConstraint("name", "slot", name=op.f("uq_periodic_slot_name_slot")),
    )
    op.create_table(
        "sign_in_attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name_sha256", sa.Text(), nullable=False),
        sa.Column("ip", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("succeeded", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_attempt")),
    )
    with op.batch_alter_table("sign_in_attempt") as batch_op:
        batch_op.create_index("ix_sign_in_attempt_ip", ["ip", "at"], unique=False)
        batch_op.create_index("ix_sign_in_attempt_name", ["name_sha256", "at"], unique=False)

    op.create_table(
        "worker_beat",
        sa.Column("worker", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("beat_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("worker", name=op.f("pk_worker_beat")),
    )
    with op.batch_alter_table("worker_beat") as batch_op:
        batch_op.create_index(batch_op.f("ix_worker_beat_beat_at"), ["beat_at"], unique=False)

    op.create_table(
        "category",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("description_en", sa.Text(), nullable=False),
        sa.Column("min_files", sa.Integer(), nullable=False),
        sa.Column("max_files", sa.Integer(), nullable=False),
        sa.Column("max_bytes", sa.BigInteger(), nullable=False),
        sa.Column("min_length_ms", sa.Integer(), nullable=True),
        sa.Column("max_length_ms", sa.Integer(), nullable=True),
        sa.Column("tolerance_ms", sa.Integer(), nullable=False),
        sa.Column("min_short_side", sa.Integer(), nullable=True),
        sa.Column("min_long_side", sa.Integer(), nullable=True),
        sa.Column("sound_required", sa.Boolean(), nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('video', 'photo')", name=op.f("ck_category_kind")),
        sa.CheckConstraint("min_files >= 1 AND max_files >= min_files", name=op.f("ck_category_files")),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_category_edition_id_edition")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_category")),
        sa.UniqueConstraint("edition_id", "code", name=op.f("uq_category_edition_id_code")),
    )
    with op.batch_alter_table("category") as batch_op:
        batch_op.create_index(batch_op.f("ix_category_edition_id"), ["edition_id"], unique=False)

    op.create_table(
        "contest_group",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_contest_group_edition_id_edition")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contest_group")),
        sa.UniqueConstraint("edition_id", "name", name=op.f("uq_contest_group_edition_id_name")),
    )
    with op.batch_alter_table("contest_group") as batch_op:
        batch_op.create_index(batch_op.f("ix_contest_group_edition_id"), ["edition_id"], unique=False)

    op.create_table(
        "job_process",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("machine", sa.Text(), nullable=False),
        sa.Column("leader", sa.Integer(), nullable=False),
        sa.Column("leader_started", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_job_process_job_id_job"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_process")),
    )
    with op.batch_alter_table("job_process") as batch_op:
        batch_op.create_index(batch_op.f("ix_job_process_job_id"), ["job_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_job_process_machine"), ["machine"], unique=False)
        batch_op.create_index(batch_op.f("ix_job_process_token"), ["token"], unique=False)

    op.create_table(
        "phase",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind IN ('submission', 'review', 'judging', 'notice', 'showcase')", name=op.f("ck_phase_kind")
        ),
        sa.CheckConstraint("ends_at IS NULL OR ends_at > starts_at", name=op.f("ck_phase_order")),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_phase_edition_id_edition")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phase")),
        sa.UniqueConstraint("edition_id", "kind", name=op.f("uq_phase_edition_id_kind")),
    )
    with op.batch_alter_table("phase") as batch_op:
        batch_op.create_index(batch_op.f("ix_phase_edition_id"), ["edition_id"], unique=False)

    op.create_table(
        "unit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('bureau', 'school', 'institute', 'hospital', 'enterprise', 'media', 'other')",
            name=op.f("ck_unit_kind"),
        ),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_unit_area_id_area")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit")),
        sa.UniqueConstraint("name", name=op.f("uq_unit_name")),
    )
    with op.batch_alter_table("unit") as batch_op:
        batch_op.create_index(batch_op.f("ix_unit_area_id"), ["area_id"], unique=False)

    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("password_changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("locale", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("blocked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("email <> ''", name=op.f("ck_person_email")),
        sa.CheckConstraint("name <> ''", name=op.f("ck_person_name")),
        sa.CheckConstraint("phone <> ''", name=op.f("ck_person_phone")),
        sa.CheckConstraint("email IS NOT NULL OR phone IS NOT NULL", name=op.f("ck_person_reachable")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_person_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("email", name=op.f("uq_person_email")),
        sa.UniqueConstraint("phone", name=op.f("uq_person_phone")),
    )
    with op.batch_alter_table("person") as batch_op:
        batch_op.create_index(batch_op.f("ix_person_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "round",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("category_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("quorum", sa.Integer(), nullable=False),
        sa.Column("seed", sa.Text(), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name=op.f("ck_round_closed_has_time")),
        sa.CheckConstraint("state = 'draft' OR opened_at IS NOT NULL", name=op.f("ck_round_open_has_time")),
        sa.CheckConstraint("state IN ('draft', 'open', 'closed')", name=op.f("ck_round_state")),
        sa.CheckConstraint("quorum >= 1", name=op.f("ck_round_quorum")),
        sa.ForeignKeyConstraint(["category_id"], ["category.id"], name=op.f("fk_round_category_id_category")),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_round_edition_id_edition")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round")),
        sa.UniqueConstraint("edition_id", "category_id", "number", name=op.f("uq_round_edition_id_category_id_number")),
    )
    with op.batch_alter_table("round") as batch_op:
        batch_op.create_index(batch_op.f("ix_round_category_id"), ["category_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_round_edition_id"), ["edition_id"], unique=False)

    op.create_table(
        "audit_line",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("edition_id", sa.Integer(), nullable=True),
        sa.Column("verb", sa.Text(), nullable=False),
        sa.Column("object_kind", sa.Text(), nullable=False),
        sa.Column("object_id", sa.Text(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("previous_sha256", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.CheckConstraint("object_kind <> '' AND object_id <> ''", name=op.f("ck_audit_line_object")),
        sa.CheckConstraint("verb <> ''", name=op.f("ck_audit_line_verb")),
        sa.CheckConstraint("id >= 1", name=op.f("ck_audit_line_id")),
        sa.CheckConstraint("length(sha256) = 64 AND length(previous_sha256) = 64", name=op.f("ck_audit_line_seals")),
        sa.CheckConstraint("sha256 <> previous_sha256", name=op.f("ck_audit_line_moves_on")),
        sa.ForeignKeyConstraint(["actor_id"], ["person.id"], name=op.f("fk_audit_line_actor_id_person")),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_audit_line_edition_id_edition")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_line")),
        sa.UniqueConstraint("previous_sha256", name=op.f("uq_audit_line_previous_sha256")),
        sa.UniqueConstraint("sha256", name=op.f("uq_audit_line_sha256")),
    )
    with op.batch_alter_table("audit_line") as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_line_actor_id"), ["actor_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_line_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_line_edition_id"), ["edition_id"], unique=False)
        batch_op.create_index("ix_audit_line_object", ["object_kind", "object_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_line_verb"), ["verb"], unique=False)

    op.create_table(
        "criterion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("description_en", sa.Text(), nullable=False),
        sa.Column("weight_bp", sa.Integer(), nullable=False),
        sa.Column("max_hundredths", sa.Integer(), nullable=False),
        sa.Column("step_hundredths", sa.Integer(), nullable=False),
        sa.CheckConstraint("max_hundredths > 0 AND step_hundredths > 0", name=op.f("ck_criterion_scale")),
        sa.CheckConstraint("weight_bp > 0 AND weight_bp <= 10000", name=op.f("ck_criterion_weight")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_criterion_round_id_round")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_criterion")),
        sa.UniqueConstraint("round_id", "position", name=op.f("uq_criterion_round_id_position")),
    )
    with op.batch_alter_table("criterion") as batch_op:
        batch_op.create_index(batch_op.f("ix_criterion_round_id"), ["round_id"], unique=False)

    op.create_table(
        "entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("category_id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=True),
        sa.Column("entrant_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("synopsis", sa.Text(), nullable=False),
        sa.Column("unit_name", sa.Text(), nullable=False),
        sa.Column("contact_name", sa.Text(), nullable=False),
        sa.Column("contact_phone", sa.Text(), nullable=False),
        sa.Column("contact_email", sa.Text(), nullable=False),
        sa.Column("pledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("showcase_consent", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state != 'passed' OR code IS NOT NULL", name=op.f("ck_entry_passed_has_code")),
        sa.CheckConstraint(
            "state IN ('draft', 'submitted', 'returned', 'passed', 'withdrawn')", name=op.f("ck_entry_state")
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'withdrawn') OR number IS NOT NULL", name=op.f("ck_entry_submitted_has_number")
        ),
        sa.ForeignKeyConstraint(["category_id"], ["category.id"], name=op.f("fk_entry_category_id_category")),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_entry_edition_id_edition")),
        sa.ForeignKeyConstraint(["entrant_id"], ["person.id"], name=op.f("fk_entry_entrant_id_person")),
        sa.ForeignKeyConstraint(["group_id"], ["contest_group.id"], name=op.f("fk_entry_group_id_contest_group")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry")),
        sa.UniqueConstraint("edition_id", "code", name=op.f("uq_entry_edition_id_code")),
        sa.UniqueConstraint("edition_id", "number", name=op.f("uq_entry_edition_id_number")),
    )
    with op.batch_alter_table("entry") as batch_op:
        batch_op.create_index(batch_op.f("ix_entry_category_id"), ["category_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_entry_edition_id"), ["edition_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_entry_entrant_id"), ["entrant_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_entry_group_id"), ["group_id"], unique=False)

    op.create_table(
        "invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_sha256", sa.Text(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=True),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("invited_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_by_id", sa.Integer(), nullable=True),
        sa.Column("declined_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "role IN ('entrant', 'judge', 'organiser', 'unit_officer', 'auditor')", name=op.f("ck_invitation_role")
        ),
        sa.CheckConstraint(
            "(CASE WHEN accepted_at IS NULL THEN 0 ELSE 1 END + CASE WHEN declined_at IS NULL THEN 0 ELSE 1 END + CASE WHEN cancelled_at IS NULL THEN 0 ELSE 1 END) <= 1",
            name=op.f("ck_invitation_one_end"),
        ),
        sa.CheckConstraint(
            "(accepted_at IS NULL) = (accepted_by_id IS NULL)", name=op.f("ck_invitation_accepted_by_somebody")
        ),
        sa.CheckConstraint("expires_at > created_at", name=op.f("ck_invitation_order")),
        sa.CheckConstraint("length(token_sha256) = 64", name=op.f("ck_invitation_token")),
        sa.ForeignKeyConstraint(["accepted_by_id"], ["person.id"], name=op.f("fk_invitation_accepted_by_id_person")),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_invitation_edition_id_edition")),
        sa.ForeignKeyConstraint(["invited_by_id"], ["person.id"], name=op.f("fk_invitation_invited_by_id_person")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_invitation_round_id_round")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_invitation_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_invitation_token_sha256")),
    )
    with op.batch_alter_table("invitation") as batch_op:
        batch_op.create_index(batch_op.f("ix_invitation_edition_id"), ["edition_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_invitation_round_id"), ["round_id"], unique=False)

    op.create_table(
        "panel_member",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("judge_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("letter", sa.Text(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_reason", sa.Text(), nullable=False),
        sa.CheckConstraint("role IN ('main', 'reserve', 'chair')", name=op.f("ck_panel_member_role")),
        sa.ForeignKeyConstraint(["judge_id"], ["person.id"], name=op.f("fk_panel_member_judge_id_person")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_panel_member_round_id_round")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_panel_member")),
        sa.UniqueConstraint("round_id", "judge_id", name=op.f("uq_panel_member_round_id_judge_id")),
        sa.UniqueConstraint("round_id", "letter", name=op.f("uq_panel_member_round_id_letter")),
    )
    with op.batch_alter_table("panel_member") as batch_op:
        batch_op.create_index(batch_op.f("ix_panel_member_judge_id"), ["judge_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_panel_member_round_id"), ["round_id"], unique=False)

    op.create_table(
        "password_reset",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_sha256", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("issued_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("expires_at > created_at", name=op.f("ck_password_reset_order")),
        sa.CheckConstraint("length(token_sha256) = 64", name=op.f("ck_password_reset_token")),
        sa.CheckConstraint("used_at IS NULL OR cancelled_at IS NULL", name=op.f("ck_password_reset_one_end")),
        sa.ForeignKeyConstraint(["issued_by_id"], ["person.id"], name=op.f("fk_password_reset_issued_by_id_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_password_reset_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_password_reset")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_password_reset_token_sha256")),
    )
    with op.batch_alter_table("password_reset") as batch_op:
        batch_op.create_index(batch_op.f("ix_password_reset_person_id"), ["person_id"], unique=False)

    op.create_table(
        "result_snapshot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("engine", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["created_by_id"], ["person.id"], name=op.f("fk_result_snapshot_created_by_id_person")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_result_snapshot_round_id_round")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_result_snapshot")),
        sa.UniqueConstraint("round_id", "version", name=op.f("uq_result_snapshot_round_id_version")),
    )
    with op.batch_alter_table("result_snapshot") as batch_op:
        batch_op.create_index(batch_op.f("ix_result_snapshot_round_id"), ["round_id"], unique=False)

    op.create_table(
        "role_grant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("granted_by_id", sa.Integer(), nullable=True),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "role IN ('entrant', 'judge', 'organiser', 'unit_officer', 'auditor')", name=op.f("ck_role_grant_role")
        ),
        sa.CheckConstraint("revoked_at IS NULL OR revoked_at >= granted_at", name=op.f("ck_role_grant_order")),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_role_grant_edition_id_edition")),
        sa.ForeignKeyConstraint(["granted_by_id"], ["person.id"], name=op.f("fk_role_grant_granted_by_id_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_role_grant_person_id_person")),
        sa.ForeignKeyConstraint(["revoked_by_id"], ["person.id"], name=op.f("fk_role_grant_revoked_by_id_person")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_role_grant_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_grant")),
    )
    with op.batch_alter_table("role_grant") as batch_op:
        batch_op.create_index(batch_op.f("ix_role_grant_edition_id"), ["edition_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_role_grant_person_id"), ["person_id"], unique=False)
        batch_op.create_index(
            "uq_role_grant_live",
            ["person_id", "edition_id", "role"],
            unique=True,
            sqlite_where=sa.text("revoked_at IS NULL"),
            postgresql_where=sa.text("revoked_at IS NULL"),
        )

    op.create_table(
        "sign_in_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("token_sha256", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ip", sa.Text(), nullable=False),
        sa.Column("user_agent", sa.Text(), nullable=False),
        sa.CheckConstraint("length(token_sha256) = 64", name=op.f("ck_sign_in_session_token")),
        sa.CheckConstraint("seen_at >= started_at", name=op.f("ck_sign_in_session_order")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_sign_in_session_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_session")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_sign_in_session_token_sha256")),
    )
    with op.batch_alter_table("sign_in_session") as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_in_session_person_id"), ["person_id"], unique=False)

    op.create_table(
        "upload",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("mime", sa.Text(), nullable=False),
        sa.Column("declared_bytes", sa.BigInteger(), nullable=False),
        sa.Column("received_bytes", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("first_chunk_sha256", sa.Text(), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("storage_key", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_byte_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('video', 'photo')", name=op.f("ck_upload_kind")),
        sa.CheckConstraint(
            "state <> 'received' OR (completed_at IS NOT NULL AND received_bytes = declared_bytes)",
            name=op.f("ck_upload_complete"),
        ),
        sa.CheckConstraint("state IN ('receiving', 'received', 'cancelled', 'expired')", name=op.f("ck_upload_state")),
        sa.CheckConstraint("declared_bytes > 0", name=op.f("ck_upload_declared_bytes")),
        sa.CheckConstraint("received_bytes BETWEEN 0 AND declared_bytes", name=op.f("ck_upload_received_bytes")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_upload_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload")),
    )
    with op.batch_alter_table("upload") as batch_op:
        batch_op.create_index(batch_op.f("ix_upload_person_id"), ["person_id"], unique=False)
        batch_op.create_index("ix_upload_unfinished", ["state", "expires_at"], unique=False)

    op.create_table(
        "asset",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("upload_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("original_key", sa.Text(), nullable=True),
        sa.Column(
            "facts", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=True
        ),
        sa.Column("unreadable_code", sa.Text(), nullable=True),
        sa.Column("poster_key", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'unreadable') = (unreadable_code IS NOT NULL)", name=op.f("ck_asset_unreadable_code")
        ),
        sa.CheckConstraint("kind IN ('video', 'photo')", name=op.f("ck_asset_kind")),
        sa.CheckConstraint(
            "state <> 'checked' OR (facts IS NOT NULL AND sha256 IS NOT NULL)", name=op.f("ck_asset_facts")
        ),
        sa.CheckConstraint("state IN ('waiting', 'checking', 'checked', 'unreadable')", name=op.f("ck_asset_state")),
        sa.ForeignKeyConstraint(["upload_id"], ["upload.id"], name=op.f("fk_asset_upload_id_upload")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asset")),
        sa.UniqueConstraint("upload_id", name=op.f("uq_asset_upload_id")),
    )
    with op.batch_alter_table("asset") as batch_op:
        batch_op.create_index(batch_op.f("ix_asset_sha256"), ["sha256"], unique=False)

    op.create_table(
        "assignment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("judge_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("recusal_reason", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('open', 'draft', 'submitted', 'locked', 'recused', 'void')", name=op.f("ck_assignment_state")
        ),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_assignment_entry_id_entry")),
        sa.ForeignKeyConstraint(["judge_id"], ["person.id"], name=op.f("fk_assignment_judge_id_person")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_assignment_round_id_round")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
        sa.UniqueConstraint("round_id", "judge_id", "entry_id", name=op.f("uq_assignment_round_id_judge_id_entry_id")),
        sa.UniqueConstraint("round_id", "judge_id", "position", name=op.f("uq_assignment_round_id_judge_id_position")),
    )
    with op.batch_alter_table("assignment") as batch_op:
        batch_op.create_index(batch_op.f("ix_assignment_entry_id"), ["entry_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_assignment_judge_id"), ["judge_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_assignment_round_id"), ["round_id"], unique=False)

    op.create_table(
        "award",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("snapshot_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("tier", sa.Integer(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("given_by_id", sa.Integer(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_reason", sa.Text(), nullable=False),
        sa.CheckConstraint("tier BETWEEN 1 AND 4", name=op.f("ck_award_tier")),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_award_edition_id_edition")),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_award_entry_id_entry")),
        sa.ForeignKeyConstraint(["given_by_id"], ["person.id"], name=op.f("fk_award_given_by_id_person")),
        sa.ForeignKeyConstraint(
            ["snapshot_id"], ["result_snapshot.id"], name=op.f("fk_award_snapshot_id_result_snapshot")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award")),
    )
    with op.batch_alter_table("award") as batch_op:
        batch_op.create_index(batch_op.f("ix_award_edition_id"), ["edition_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_award_entry_id"), ["entry_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_award_snapshot_id"), ["snapshot_id"], unique=False)
        batch_op.create_index(
            "uq_award_live",
            ["entry_id"],
            unique=True,
            sqlite_where=sa.text("revoked_at IS NULL"),
            postgresql_where=sa.text("revoked_at IS NULL"),
        )

    op.create_table(
        "eligibility_decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "outcome = 'passed' OR reason != ''", name=op.f("ck_eligibility_decision_returned_has_reason")
        ),
        sa.CheckConstraint("outcome IN ('passed', 'returned')", name=op.f("ck_eligibility_decision_outcome")),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["person.id"], name=op.f("fk_eligibility_decision_decided_by_id_person")
        ),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_eligibility_decision_entry_id_entry")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_eligibility_decision")),
    )
    with op.batch_alter_table("eligibility_decision") as batch_op:
        batch_op.create_index(batch_op.f("ix_eligibility_decision_entry_id"), ["entry_id"], unique=False)

    op.create_table(
        "entry_author",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_entry_author_entry_id_entry")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry_author")),
        sa.UniqueConstraint("entry_id", "position", name=op.f("uq_entry_author_entry_id_position")),
    )
    with op.batch_alter_table("entry_author") as batch_op:
        batch_op.create_index(batch_op.f("ix_entry_author_entry_id"), ["entry_id"], unique=False)

    op.create_table(
        "publication",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("snapshot_id", sa.Integer(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by_id", sa.Integer(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_publication_edition_id_edition")),
        sa.ForeignKeyConstraint(["published_by_id"], ["person.id"], name=op.f("fk_publication_published_by_id_person")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_publication_round_id_round")),
        sa.ForeignKeyConstraint(
            ["snapshot_id"], ["result_snapshot.id"], name=op.f("fk_publication_snapshot_id_result_snapshot")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publication")),
    )
    with op.batch_alter_table("publication") as batch_op:
        batch_op.create_index(batch_op.f("ix_publication_edition_id"), ["edition_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_publication_round_id"), ["round_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_publication_snapshot_id"), ["snapshot_id"], unique=False)
        batch_op.create_index(
            "uq_publication_live",
            ["round_id"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "receipt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("signature", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_receipt_entry_id_entry")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt")),
        sa.UniqueConstraint("signature", name=op.f("uq_receipt_signature")),
    )
    with op.batch_alter_table("receipt") as batch_op:
        batch_op.create_index(batch_op.f("ix_receipt_entry_id"), ["entry_id"], unique=False)

    op.create_table(
        "result_row",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("snapshot_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=True),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("mean_hundredths", sa.Integer(), nullable=True),
        sa.Column("spread_hundredths", sa.Integer(), nullable=True),
        sa.Column("ballots", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_result_row_entry_id_entry")),
        sa.ForeignKeyConstraint(
            ["snapshot_id"], ["result_snapshot.id"], name=op.f("fk_result_row_snapshot_id_result_snapshot")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_result_row")),
        sa.UniqueConstraint("snapshot_id", "entry_id", name=op.f("uq_result_row_snapshot_id_entry_id")),
        sa.UniqueConstraint("snapshot_id", "position", name=op.f("uq_result_row_snapshot_id_position")),
    )
    with op.batch_alter_table("result_row") as batch_op:
        batch_op.create_index(batch_op.f("ix_result_row_entry_id"), ["entry_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_result_row_snapshot_id"), ["snapshot_id"], unique=False)

    op.create_table(
        "ballot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignment.id"], name=op.f("fk_ballot_assignment_id_assignment")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ballot")),
        sa.UniqueConstraint("assignment_id", name=op.f("uq_ballot_assignment_id")),
    )
    op.create_table(
        "entry_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("asset_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("caption", sa.Text(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('current', 'replaced', 'removed')", name=op.f("ck_entry_file_state")),
        sa.ForeignKeyConstraint(["asset_id"], ["asset.id"], name=op.f("fk_entry_file_asset_id_asset")),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_entry_file_entry_id_entry")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry_file")),
    )
    with op.batch_alter_table("entry_file") as batch_op:
        batch_op.create_index(batch_op.f("ix_entry_file_asset_id"), ["asset_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_entry_file_entry_id"), ["entry_id"], unique=False)
        batch_op.create_index(
            "uq_entry_file_current",
            ["entry_id", "position"],
            unique=True,
            sqlite_where=sa.text("state = 'current'"),
            postgresql_where=sa.text("state = 'current'"),
        )

    op.create_table(
        "rendition",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("asset_id", sa.Integer(), nullable=False),
        sa.Column("profile", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column(
            "files", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('making', 'ready')", name=op.f("ck_rendition_state")),
        sa.CheckConstraint("version > 0", name=op.f("ck_rendition_version")),
        sa.ForeignKeyConstraint(["asset_id"], ["asset.id"], name=op.f("fk_rendition_asset_id_asset")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rendition")),
        sa.UniqueConstraint("asset_id", "profile", "version", name=op.f("uq_rendition_asset_id_profile_version")),
    )
    with op.batch_alter_table("rendition") as batch_op:
        batch_op.create_index(batch_op.f("ix_rendition_asset_id"), ["asset_id"], unique=False)

    op.create_table(
        "ballot_revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ballot_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column(
            "body", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False
        ),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["ballot_id"], ["ballot.id"], name=op.f("fk_ballot_revision_ballot_id_ballot")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ballot_revision")),
        sa.UniqueConstraint("ballot_id", "revision", name=op.f("uq_ballot_revision_ballot_id_revision")),
    )
    with op.batch_alter_table("ballot_revision") as batch_op:
        batch_op.create_index(batch_op.f("ix_ballot_revision_ballot_id"), ["ballot_id"], unique=False)

    op.create_table(
        "check_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_file_id", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column(
            "limits", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False
        ),
        sa.Column(
            "findings", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False
        ),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('ok', 'advice', 'must_fix', 'unreadable')", name=op.f("ck_check_report_outcome")
        ),
        sa.ForeignKeyConstraint(
            ["entry_file_id"], ["entry_file.id"], name=op.f("fk_check_report_entry_file_id_entry_file")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_report")),
    )
    with op.batch_alter_table("check_report") as batch_op:
        batch_op.create_index(batch_op.f("ix_check_report_entry_file_id"), ["entry_file_id"], unique=False)

    op.create_table(
        "score",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ballot_id", sa.Integer(), nullable=False),
        sa.Column("criterion_id", sa.Integer(), nullable=False),
        sa.Column("value_hundredths", sa.Integer(), nullable=False),
        sa.CheckConstraint("value_hundredths >= 0", name=op.f("ck_score_value")),
        sa.ForeignKeyConstraint(["ballot_id"], ["ballot.id"], name=op.f("fk_score_ballot_id_ballot")),
        sa.ForeignKeyConstraint(["criterion_id"], ["criterion.id"], name=op.f("fk_score_criterion_id_criterion")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score")),
        sa.UniqueConstraint("ballot_id", "criterion_id", name=op.f("uq_score_ballot_id_criterion_id")),
    )
    with op.batch_alter_table("score") as batch_op:
        batch_op.create_index(batch_op.f("ix_score_ballot_id"), ["ballot_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_score_criterion_id"), ["criterion_id"], unique=False)

    for statement in APPEND_ONLY[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    with op.batch_alter_table("score") as batch_op:
        batch_op.drop_index(batch_op.f("ix_score_criterion_id"))
        batch_op.drop_index(batch_op.f("ix_score_ballot_id"))

    op.drop_table("score")
    with op.batch_alter_table("check_report") as batch_op:
        batch_op.drop_index(batch_op.f("ix_check_report_entry_file_id"))

    op.drop_table("check_report")
    with op.batch_alter_table("ballot_revision") as batch_op:
        batch_op.drop_index(batch_op.f("ix_ballot_revision_ballot_id"))

    op.drop_table("ballot_revision")
    with op.batch_alter_table("rendition") as batch_op:
        batch_op.drop_index(batch_op.f("ix_rendition_asset_id"))

    op.drop_table("rendition")
    with op.batch_alter_table("entry_file") as batch_op:
        batch_op.drop_index(
            "uq_entry_file_current",
            sqlite_where=sa.text("state = 'current'"),
            postgresql_where=sa.text("state = 'current'"),
        )
        batch_op.drop_index(batch_op.f("ix_entry_file_entry_id"))
        batch_op.drop_index(batch_op.f("ix_entry_file_asset_id"))

    op.drop_table("entry_file")
    op.drop_table("ballot")
    with op.batch_alter_table("result_row") as batch_op:
        batch_op.drop_index(batch_op.f("ix_result_row_snapshot_id"))
        batch_op.drop_index(batch_op.f("ix_result_row_entry_id"))

    op.drop_table("result_row")
    with op.batch_alter_table("receipt") as batch_op:
        batch_op.drop_index(batch_op.f("ix_receipt_entry_id"))

    op.drop_table("receipt")
    with op.batch_alter_table("publication") as batch_op:
        batch_op.drop_index(
            "uq_publication_live",
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_publication_snapshot_id"))
        batch_op.drop_index(batch_op.f("ix_publication_round_id"))
        batch_op.drop_index(batch_op.f("ix_publication_edition_id"))

    op.drop_table("publication")
    with op.batch_alter_table("entry_author") as batch_op:
        batch_op.drop_index(batch_op.f("ix_entry_author_entry_id"))

    op.drop_table("entry_author")
    with op.batch_alter_table("eligibility_decision") as batch_op:
        batch_op.drop_index(batch_op.f("ix_eligibility_decision_entry_id"))

    op.drop_table("eligibility_decision")
    with op.batch_alter_table("award") as batch_op:
        batch_op.drop_index(
            "uq_award_live", sqlite_where=sa.text("revoked_at IS NULL"), postgresql_where=sa.text("revoked_at IS NULL")
        )
        batch_op.drop_index(batch_op.f("ix_award_snapshot_id"))
        batch_op.drop_index(batch_op.f("ix_award_entry_id"))
        batch_op.drop_index(batch_op.f("ix_award_edition_id"))

    op.drop_table("award")
    with op.batch_alter_table("assignment") as batch_op:
        batch_op.drop_index(batch_op.f("ix_assignment_round_id"))
        batch_op.drop_index(batch_op.f("ix_assignment_judge_id"))
        batch_op.drop_index(batch_op.f("ix_assignment_entry_id"))

    op.drop_table("assignment")
    with op.batch_alter_table("asset") as batch_op:
        batch_op.drop_index(batch_op.f("ix_asset_sha256"))

    op.drop_table("asset")
    with op.batch_alter_table("upload") as batch_op:
        batch_op.drop_index("ix_upload_unfinished")
        batch_op.drop_index(batch_op.f("ix_upload_person_id"))

    op.drop_table("upload")
    with op.batch_alter_table("sign_in_session") as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_in_session_person_id"))

    op.drop_table("sign_in_session")
    with op.batch_alter_table("role_grant") as batch_op:
        batch_op.drop_index(
            "uq_role_grant_live",
            sqlite_where=sa.text("revoked_at IS NULL"),
            postgresql_where=sa.text("revoked_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_role_grant_person_id"))
        batch_op.drop_index(batch_op.f("ix_role_grant_edition_id"))

    op.drop_table("role_grant")
    with op.batch_alter_table("result_snapshot") as batch_op:
        batch_op.drop_index(batch_op.f("ix_result_snapshot_round_id"))

    op.drop_table("result_snapshot")
    with op.batch_alter_table("password_reset") as batch_op:
        batch_op.drop_index(batch_op.f("ix_password_reset_person_id"))

    op.drop_table("password_reset")
    with op.batch_alter_table("panel_member") as batch_op:
        batch_op.drop_index(batch_op.f("ix_panel_member_round_id"))
        batch_op.drop_index(batch_op.f("ix_panel_member_judge_id"))

    op.drop_table("panel_member")
    with op.batch_alter_table("invitation") as batch_op:
        batch_op.drop_index(batch_op.f("ix_invitation_round_id"))
        batch_op.drop_index(batch_op.f("ix_invitation_edition_id"))

    op.drop_table("invitation")
    with op.batch_alter_table("entry") as batch_op:
        batch_op.drop_index(batch_op.f("ix_entry_group_id"))
        batch_op.drop_index(batch_op.f("ix_entry_entrant_id"))
        batch_op.drop_index(batch_op.f("ix_entry_edition_id"))
        batch_op.drop_index(batch_op.f("ix_entry_category_id"))

    op.drop_table("entry")
    with op.batch_alter_table("criterion") as batch_op:
        batch_op.drop_index(batch_op.f("ix_criterion_round_id"))

    op.drop_table("criterion")
    with op.batch_alter_table("audit_line") as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_line_verb"))
        batch_op.drop_index("ix_audit_line_object")
        batch_op.drop_index(batch_op.f("ix_audit_line_edition_id"))
        batch_op.drop_index(batch_op.f("ix_audit_line_at"))
        batch_op.drop_index(batch_op.f("ix_audit_line_actor_id"))

    op.drop_table("audit_line")
    with op.batch_alter_table("round") as batch_op:
        batch_op.drop_index(batch_op.f("ix_round_edition_id"))
        batch_op.drop_index(batch_op.f("ix_round_category_id"))

    op.drop_table("round")
    with op.batch_alter_table("person") as batch_op:
        batch_op.drop_index(batch_op.f("ix_person_unit_id"))

    op.drop_table("person")
    with op.batch_alter_table("unit") as batch_op:
        batch_op.drop_index(batch_op.f("ix_unit_area_id"))

    op.drop_table("unit")
    with op.batch_alter_table("phase") as batch_op:
        batch_op.drop_index(batch_op.f("ix_phase_edition_id"))

    op.drop_table("phase")
    with op.batch_alter_table("job_process") as batch_op:
        batch_op.drop_index(batch_op.f("ix_job_process_token"))
        batch_op.drop_index(batch_op.f("ix_job_process_machine"))
        batch_op.drop_index(batch_op.f("ix_job_process_job_id"))

    op.drop_table("job_process")
    with op.batch_alter_table("contest_group") as batch_op:
        batch_op.drop_index(batch_op.f("ix_contest_group_edition_id"))

    op.drop_table("contest_group")
    with op.batch_alter_table("category") as batch_op:
        batch_op.drop_index(batch_op.f("ix_category_edition_id"))

    op.drop_table("category")
    with op.batch_alter_table("worker_beat") as batch_op:
        batch_op.drop_index(batch_op.f("ix_worker_beat_beat_at"))

    op.drop_table("worker_beat")
    with op.batch_alter_table("sign_in_attempt") as batch_op:
        batch_op.drop_index("ix_sign_in_attempt_name")
        batch_op.drop_index("ix_sign_in_attempt_ip")

    op.drop_table("sign_in_attempt")
    op.drop_table("periodic_slot")
    with op.batch_alter_table("job") as batch_op:
        batch_op.drop_index(
            "uq_job_key_unfinished",
            sqlite_where=sa.text("state IN ('waiting', 'running')"),
            postgresql_where=sa.text("state IN ('waiting', 'running')"),
        )
        batch_op.drop_index(
            "ix_job_waiting", sqlite_where=sa.text("state = 'waiting'"), postgresql_where=sa.text("state = 'waiting'")
        )
        batch_op.drop_index(
            "ix_job_running", sqlite_where=sa.text("state = 'running'"), postgresql_where=sa.text("state = 'running'")
        )
        batch_op.drop_index(batch_op.f("ix_job_kind"))

    op.drop_table("job")
    with op.batch_alter_table("edition") as batch_op:
        batch_op.drop_index(
            "uq_edition_current", sqlite_where=sa.text("is_current"), postgresql_where=sa.text("is_current")
        )

    op.drop_table("edition")
    op.drop_table("area")
    for statement in UNDO[op.get_bind().dialect.name]:
        op.execute(statement)
