"""All tables, the same on SQLite and PostgreSQL.

Text has no length here: the contract's facets limit what is sent, and an identity key can be longer. Dates are ISO
text, as they are sent, compared, sorted and answered.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    column,
    literal_column,
    table,
    text,
)

from lrs_soap.rules.values.learner import DELETED, HELD_FIELDS, OPTIONAL_FIELDS

metadata = MetaData()

SCHEMA_VERSION = "0022"
"""The newest revision in migrations/versions/: what `schema_version`, alembic's own table, holds of these tables."""

schema_version = table("alembic_version", column("version_num"))

# SQLite numbers rows only if the type is called INTEGER, which has 64 bits there anyway.
_ROW_ID = BigInteger().with_variant(Integer(), "sqlite")
LARGEST_KEY = 2**63 - 1
"""The largest number that a row can have."""


def _column_of(name: str) -> Column[Any]:
    """The column of a learner's field."""
    if name == "master_uln":
        return Column(name, Text, ForeignKey("learners.uln", name="fk_learners_master"))
    kind = Integer if name == "version_number" else Text
    return Column(name, kind, nullable=name in OPTIONAL_FIELDS)


learners = Table(
    "learners",
    metadata,
    Column("id", _ROW_ID, primary_key=True),
    # What is linked to a learner is not a column: it is whoever names it as master.
    *map(_column_of, HELD_FIELDS),
    # The identity keys of names and postcode. They are stored, not computed in SQL, because no database folds case and
    # normalises as the rules do. A date and a gender are their own identity keys.
    Column("given_name_identity", Text, nullable=False),
    Column("family_name_identity", Text, nullable=False),
    Column("post_code_identity", Text, nullable=False),
    # The master that a linked learner was merged into. That one may since have been merged into `master_uln`
    # (`rules.learners.merging`).
    Column("merged_into", Text),
    # A constraint and not an index, because PostgreSQL asks for one where a foreign key refers to it.
    UniqueConstraint("uln", name="uq_learners_uln"),
)

# The date comes first because it tells many learners apart, so the index serves searches by date too.
IDENTITY = (
    learners.c.date_of_birth,
    learners.c.family_name_identity,
    learners.c.given_name_identity,
    learners.c.post_code_identity,
    learners.c.gender,
)
NOT_DELETED = learners.c.learner_status != text(f"'{DELETED}'")

# Nobody else can have a linked learner's five keys. Those of a deleted learner are free.
Index("uq_learners_identity", *IDENTITY, unique=True, sqlite_where=NOT_DELETED, postgresql_where=NOT_DELETED)
# A search looks at everybody with its date and postcode. `uln` says where a portion of them begins.
Index(
    "ix_learners_post_code",
    *(learners.c[name] for name in ("post_code_identity", "date_of_birth", "uln")),
    sqlite_where=NOT_DELETED,
    postgresql_where=NOT_DELETED,
)
# Few learners are linked. The index has only those, so it costs an ordinary registration nothing.
_LINKED = learners.c.master_uln.is_not(None)
Index("ix_learners_master_uln", learners.c.master_uln, sqlite_where=_LINKED, postgresql_where=_LINKED)

# The names by which learners who are not deleted are looked up. The columns are the fields of
# `rules.names.lookup_keys.NameKey`, in order. A search reads the rows of one date and key. There may be many, as of a
# common name on 1 January, so SQLite stores the rows in this order and finds all columns with the key. After a portion
# of rows, `uln` says where to continue.
name_keys = Table(
    "name_keys",
    metadata,
    Column("date_of_birth", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("uln", Text, ForeignKey("learners.uln", name="fk_name_keys_learner"), nullable=False),
    Column("kinds", Integer, nullable=False),
    Column("post_code", Text, nullable=False),
    Column("gender", Text, nullable=False),
    Column("given_name", Text, nullable=False),
    Column("family_name", Text, nullable=False),
    PrimaryKeyConstraint("date_of_birth", "key", "uln", name="pk_name_keys"),
    sqlite_with_rowid=False,
)
Index("ix_name_keys_post_code", name_keys.c.post_code, name_keys.c.key, name_keys.c.uln)

# Both codes are in capitals (`rules.values.organisation.canonical`). `status` is 'active' or 'suspended', `permissions`
# 'enabled' or 'disabled', `roles` the roles' names, separated by commas.
organisations = Table(
    "organisations",
    metadata,
    Column("id", _ROW_ID, primary_key=True),
    Column("ukprn", Text, nullable=False),
    Column("organisation_ref", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("roles", Text, nullable=False),
    Column("permissions", Text, nullable=False, server_default="enabled"),
)
Index("uq_organisations_ukprn", organisations.c.ukprn, unique=True)
Index("uq_organisations_organisation_ref", organisations.c.organisation_ref, unique=True)

# The users of organisations, who log in to the portal (`rules.access.users`). `name_key` is the user name without case
# (`rules.access.user_names.key_of`), and `email_key` the address without case; `organisation` is a UKPRN. `state` is a
# UserState, `permissions` and `roles` are as in `organisations`. `one_time` and `email_verified` are 0 or 1. Moments
# are ISO text by the service's clock. `answer_hash` is that of the canonical answer to `question`.
users = Table(
    "users",
    metadata,
    Column("id", _ROW_ID, primary_key=True),
    Column("name", Text, nullable=False),
    Column("name_key", Text, nullable=False),
    Column("organisation", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("permissions", Text, nullable=False),
    Column("roles", Text, nullable=False),
    Column("given_name", Text, nullable=False),
    Column("family_name", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("verification", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("landline", Text, nullable=False),
    Column("mobile", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("email_key", Text, nullable=False),
    Column("email_verified", Integer, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("password_chosen", Text, nullable=False),
    Column("one_time", Integer, nullable=False),
    Column("wrong_passwords", Integer, nullable=False),
    Column("wrong_answers", Integer, nullable=False),
    Column("question", Text),
    Column("answer_hash", Text),
    Column("last_login", Text),
    # A constraint, because other tables refer to it.
    UniqueConstraint("name_key", name="uq_users_name_key"),
)
Index("ix_users_organisation", users.c.organisation, users.c.name_key)
Index("ix_users_email_key", users.c.email_key)


def _user_of(table_name: str) -> Column[Any]:
    """The column of the user to whom a row belongs."""
    return Column("user_key", Text, ForeignKey("users.name_key", name=f"fk_{table_name}_user"), nullable=False)


# Who is logged in to the portal. `token_hash` is the SHA-256 of what the browser's cookie holds, `used` when the
# session was last used, in seconds since 1970 by the machine's clock. `agreed` is whether the agreement was accepted.
sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", Text, primary_key=True),
    _user_of("sessions"),
    Column("used", BigInteger, nullable=False),
    Column("agreed", Integer, nullable=False),
)
Index("ix_sessions_user_key", sessions.c.user_key)
Index("ix_sessions_used", sessions.c.used)

# Forms that came when their session was over, for their user to go on with. `path` is that of the page, `fields` a JSON
# list of pairs without passwords and secret answers; `kept` is when, in seconds since 1970 by the machine's clock.
kept_forms = Table(
    "kept_forms",
    metadata,
    Column("id", Text, primary_key=True),
    _user_of("kept_forms"),
    Column("path", Text, nullable=False),
    Column("fields", Text, nullable=False),
    Column("kept", BigInteger, nullable=False),
)
Index("ix_kept_forms_kept", kept_forms.c.kept)

# What users looked at and changed in the portal, in the order of `id`. `day` and `moment` are by the service's clock,
# `what` is in words, `subject` whom it is about, such as a ULN or a user name; it may be empty.
activity = Table(
    "activity",
    metadata,
    Column("id", _ROW_ID, primary_key=True),
    Column("organisation", Text, nullable=False),
    Column("user_name", Text, nullable=False),
    Column("day", Text, nullable=False),
    Column("moment", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("subject", Text, nullable=False),
)
Index("ix_activity_day", activity.c.organisation, activity.c.day, activity.c.id)

# The day on which an organisation's Super User last said that its users were looked through.
user_reviews = Table(
    "user_reviews",
    metadata,
    Column("organisation", Text, primary_key=True),
    Column("day", Text, nullable=False),
    Column("user_name", Text, nullable=False),
)

# What the portal would have mailed, in the order of `id`.
mail = Table(
    "mail",
    metadata,
    Column("id", _ROW_ID, primary_key=True),
    Column("moment", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("body", Text, nullable=False),
)

# The links in such mail that can still be followed. `token_hash` is the SHA-256 of the link's token, `purpose` a
# LinkPurpose (`store.mail`), `expires` in seconds since 1970 by the service's clock.
mailed_links = Table(
    "mailed_links",
    metadata,
    Column("token_hash", Text, primary_key=True),
    _user_of("mailed_links"),
    Column("purpose", Text, nullable=False),
    Column("expires", BigInteger, nullable=False),
)
Index("ix_mailed_links_user_key", mailed_links.c.user_key)

# Sequences for SQLite, which has none of its own: `value` is how many numbers have been taken, starting at 0. On
# PostgreSQL the sequence `uln` is the database's own, `uln_numbers` (`store.dialects`).
counters = Table(
    "counters",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", BigInteger, nullable=False),
)

# What was done to learners, in the order of `id`. `action` is an Action of `rules.values.change`, `moment` ISO text
# with its offset, `organisation` a UKPRN, `changes` a JSON object of [before, after] by the names of the learner's
# fields.
history = Table(
    "history",
    metadata,
    Column("id", _ROW_ID, primary_key=True),
    Column("uln", Text, ForeignKey("learners.uln", name="fk_history_learner"), nullable=False),
    Column("moment", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("organisation", Text, nullable=False),
    Column("user_name", Text, nullable=False),
    Column("changes", Text, nullable=False),
)
Index("ix_history_uln", history.c.uln)
# Those by which a learner becomes, or stops being, one that others are asked for by. They are few among the others.
CHANGES_OF_ULNS = history.c.action.in_([literal_column(f"'{each}'") for each in ("merged", "unmerged", "deleted")])
Index("ix_history_ulns", history.c.moment, sqlite_where=CHANGES_OF_ULNS, postgresql_where=CHANGES_OF_ULNS)

# The learning events of learners. The columns are the fields of `rules.records.learning_events.LearningEvent`. `id`
# grows as events are loaded and is never used again, which on SQLite needs AUTOINCREMENT. `open_challenge` is the
# reference of the open data challenge on the event, during which UnderDataChallenge is Y whatever was loaded.
# `revision` grows whenever the event is changed, flagged or restored.
learning_events = Table(
    "learning_events",
    metadata,
    Column("id", _ROW_ID, primary_key=True),
    Column("uln", Text, ForeignKey("learners.uln", name="fk_learning_events_learner"), nullable=False),
    Column("source", Text, nullable=False),
    Column("achievement_award_date", Text),
    Column("achievement_provider_name", Text),
    Column("achievement_provider_ukprn", Text),
    Column("awarding_organisation_name", Text),
    Column("awarding_organisation_ukprn", Text),
    Column("collection_type", Text),
    Column("credits", BigInteger, nullable=False),
    Column("date_loaded", Text, nullable=False),
    Column("grade", Text),
    Column("language_for_assessment", Text),
    Column("level", Text),
    Column("participation_end_date", Text),
    Column("participation_start_date", Text),
    Column("qualification_type", Text),
    Column("restriction", Text),
    Column("return_number", Text),
    Column("status", Text),
    Column("subject", Text, nullable=False),
    Column("subject_code", Text, nullable=False),
    Column("under_data_challenge", Text),
    Column("subject_welsh", Text),
    Column("qualification_type_welsh", Text),
    Column("level_welsh", Text),
    Column("awarding_organisation_name_welsh", Text),
    Column("open_challenge", Text),
    Column("revision", Integer, nullable=False, server_default="0"),
    sqlite_autoincrement=True,
)
# With `id`, so that events are read in the order in which they were loaded, and with `revision`, so that whether they
# are still what they were is read from the index alone.
Index("ix_learning_events_uln", learning_events.c.uln, learning_events.c.id, learning_events.c.revision)

# Data challenges (`rules.challenges.challenge`). `uln` and `number` are the reference. `sent` is what was
# said, and `done` what the resolution has changed, each a JSON object. `raised` and `closed` are ISO text by the
# service's clock. `closed`, and who has closed it, are empty while it is open.
challenges = Table(
    "challenges",
    metadata,
    Column("id", _ROW_ID, primary_key=True),
    Column("uln", Text, ForeignKey("learners.uln", name="fk_challenges_learner"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("problem", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("sent", Text, nullable=False),
    Column("raised", Text, nullable=False),
    Column("organisation", Text, nullable=False),
    Column("user_name", Text, nullable=False),
    Column("closed", Text),
    Column("closed_organisation", Text, nullable=False),
    Column("closed_user_name", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("done", Text, nullable=False),
)
Index("uq_challenges_number", challenges.c.uln, challenges.c.number, unique=True)

# Who has asked for a learner's learning events, in the order of `id`. `action` is an AccessAction of
# `rules.records.access_history`, the rest is as in the history.
access_history = Table(
    "access_history",
    metadata,
    Column("id", _ROW_ID, primary_key=True),
    Column("uln", Text, ForeignKey("learners.uln", name="fk_access_history_learner"), nullable=False),
    Column("moment", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("organisation", Text, nullable=False),
    Column("user_name", Text, nullable=False),
)
# With `id`, so that a page is read from the end of the index, however long the history is.
Index("ix_access_history_uln", access_history.c.uln, access_history.c.id)

# The last search by demographics of each organisation for the same five identity keys
# (`rules.learners.find_before_register.IdentityKeys`). It is kept only if a registration has to come after a search.
# `moment` is in seconds since 1970, which do not depend on summer time; `found_possible` is 0 or 1.
searches = Table(
    "searches",
    metadata,
    Column("id", _ROW_ID, primary_key=True),
    Column("organisation", Text, nullable=False),
    Column("date_of_birth", Text, nullable=False),
    Column("family_name", Text, nullable=False),
    Column("given_name", Text, nullable=False),
    Column("post_code", Text, nullable=False),
    Column("gender", Text, nullable=False),
    Column("moment", BigInteger, nullable=False),
    Column("found_possible", Integer, nullable=False),
)
Index(
    "uq_searches",
    *(searches.c[key] for key in ("date_of_birth", "family_name", "given_name", "post_code", "gender", "organisation")),
    unique=True,
)
Index("ix_searches_moment", searches.c.moment)

# Batch jobs (`rules.batches.jobs`). `id` is the JobID and is never used again, which on SQLite needs AUTOINCREMENT.
# `position` is how many records are done. `file` is a JSON object if the batch came as a file. Moments are ISO text by
# the service's clock; `due` and `lease_until` are milliseconds since 1970 by the database's clock, which all workers
# share. A worker may take the job from `due` on, the job that has been due for longest first. `lease_owner` has it
# until `lease_until`. Without `due`, `lease_owner` is still storing the job, and nobody else sees it. `on_record` is
# the position of the record that a worker is on, if any: the next one, or one further on, which it has decided about
# together with those before. `deaths` is how many workers have died on the next record, and `suspect` the position of
# one further on that a worker has died on once, or of one that is done. `withheld` is how many more times whoever asks
# for the output is told that the job is not done.
jobs = Table(
    "jobs",
    metadata,
    Column("id", _ROW_ID, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("job_type", Text),
    Column("organisation", Text, nullable=False),
    Column("user_name", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("submitted", Text, nullable=False),
    Column("started", Text),
    Column("finished", Text),
    Column("record_count", Integer, nullable=False),
    Column("position", Integer, nullable=False),
    Column("file", Text),
    Column("due", BigInteger),
    Column("lease_owner", Text),
    Column("lease_until", BigInteger),
    Column("on_record", Integer),
    Column("deaths", Integer, nullable=False),
    Column("suspect", Integer),
    Column("withheld", Integer, nullable=False, server_default="0"),
    sqlite_autoincrement=True,
)
UNFINISHED = jobs.c.finished.is_(None)
Index("ix_jobs_unfinished", jobs.c.due, jobs.c.id, sqlite_where=UNFINISHED, postgresql_where=UNFINISHED)
Index("ix_jobs_organisation", jobs.c.organisation, jobs.c.id)

# The records of each job; the first has the position 0. `sent` is a JSON object by the contract's names. `facet_errors`
# is how the record breaks the schema's facets and `identifier_errors` what is wrong with its UPN or UCI, each a JSON
# list or NULL. `return_code` and `uln` are the outcome of a record that is done; `answer` is that of a verification, a
# JSON object.
job_records = Table(
    "job_records",
    metadata,
    Column("job_id", BigInteger, ForeignKey("jobs.id", name="fk_job_records_job"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("sent", Text, nullable=False),
    Column("facet_errors", Text),
    Column("identifier_errors", Text),
    Column("return_code", Text),
    Column("uln", Text),
    Column("answer", Text),
    PrimaryKeyConstraint("job_id", "position", name="pk_job_records"),
    sqlite_with_rowid=False,
)

# The one mandatory field of a learner that records of a job have changed: `field` is its name in `Learner`.
mandatory_changes = Table(
    "mandatory_changes",
    metadata,
    Column("job_id", BigInteger, ForeignKey("jobs.id", name="fk_mandatory_changes_job"), nullable=False),
    Column("uln", Text, nullable=False),
    Column("field", Text, nullable=False),
    PrimaryKeyConstraint("job_id", "uln", name="pk_mandatory_changes"),
    sqlite_with_rowid=False,
)

# Records that a person must decide. `state` is 'open', 'resolved' or 'withdrawn'. `opened` is the moment of the upload
# and `closed` that of the decision, both ISO text. `possible` is a JSON list of ULNs, the most likely first.
exceptions = Table(
    "exceptions",
    metadata,
    Column("id", _ROW_ID, primary_key=True),
    Column("job_id", BigInteger, nullable=False),
    Column("position", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("opened", Text, nullable=False),
    Column("possible", Text, nullable=False),
    Column("closed", Text),
    Column("closed_by", Text),
    UniqueConstraint("job_id", "position", name="uq_exceptions_record"),
    ForeignKeyConstraint(
        ["job_id", "position"], ["job_records.job_id", "job_records.position"], name="fk_exceptions_record"
    ),
)

# What people have asked for on the portal (`rules.learners.kept_search`), so that its answer has an address. `visit` is
# known to one browser, `fields` is a JSON object by the contract's names, `uln` who was registered by it. `kept` is in
# seconds since 1970 by the machine's clock, as `found` and `kept` are in the next two tables.
kept_searches = Table(
    "kept_searches",
    metadata,
    Column("id", Text, primary_key=True),
    Column("visit", Text, nullable=False),
    Column("asked", Text, nullable=False),
    Column("fields", Text, nullable=False),
    Column("uln", Text),
    Column("kept", BigInteger, nullable=False),
)
Index("ix_kept_searches_kept", kept_searches.c.kept)

# Whom people have found on the portal, and so may look at.
found_learners = Table(
    "found_learners",
    metadata,
    Column("visit", Text, nullable=False),
    Column("uln", Text, nullable=False),
    Column("found", BigInteger, nullable=False),
    PrimaryKeyConstraint("visit", "uln", name="pk_found_learners"),
)
Index("ix_found_learners_found", found_learners.c.found)

# Batch files that were looked through on the portal. `preview` is what was found in a file; `taken` is 1 while somebody
# makes a job of it, and `job_id` that job.
kept_files = Table(
    "kept_files",
    metadata,
    Column("id", Text, primary_key=True),
    Column("visit", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("job_type", Text, nullable=False),
    Column("preview", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("taken", Integer, nullable=False),
    Column("job_id", BigInteger),
    Column("kept", BigInteger, nullable=False),
)
Index("ix_kept_files_kept", kept_files.c.kept)

# Which rules have made the identity keys and name keys: one row. `key_version` is the version of those rules
# (`rules.names.lookup_keys.KEY_VERSION`), or 0 if it is not known; newer rows may have newer keys. The other columns
# are about the rekeying to `target_version` (`store.rekeying.Progress`). `lease_owner` does it until `lease_until`, in
# milliseconds since 1970 by the database's clock.
stored_keys = Table(
    "stored_keys",
    metadata,
    Column("key_version", Integer, nullable=False),
    Column("target_version", Integer, nullable=False),
    Column("date_of_birth", Text, nullable=False),
    Column("uln", Text, nullable=False),
    Column("rewritten", BigInteger, nullable=False),
    Column("kept", BigInteger, nullable=False),
    Column("lease_owner", Text),
    Column("lease_until", BigInteger),
)

# Properties of this database, such as the key of its ULNs.
properties = Table(
    "properties",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

# What every request reads first: one row. `version` is another number after each change of what steers this world, and
# `generation` after each reset or restore. Neither is counted, so that no two changes can give the same number. `gone`
# is 1 once the world is deleted, for whoever has it open.
steering = Table(
    "steering",
    metadata,
    Column("version", BigInteger, nullable=False),
    Column("generation", BigInteger, nullable=False),
    Column("gone", Integer, nullable=False),
)

# How the world's clock was set, in at most one row; without one it is as the settings say. `mode` is a ClockMode
# (`clock`). `seconds` are those since 1970 at which it stands still, or those by which it is ahead while it runs.
clock_settings = Table(
    "clock_settings",
    metadata,
    Column("mode", Text, nullable=False),
    Column("seconds", BigInteger, nullable=False),
)

# What was changed of the world's policy: settings by their names, each value in JSON.
policy_changes = Table(
    "policy_changes",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

# The scenarios of the world, in the order of `id`, in which they are tried. `definition` is a JSON object
# (`scenarios.scenario`). `fitted` is how many requests have fitted it, `hit` how many of those it has hit. `of_file` is
# 1 for one that the server's settings bring.
scenarios = Table(
    "scenarios",
    metadata,
    Column("id", _ROW_ID, primary_key=True),
    Column("name", Text, nullable=False),
    Column("definition", Text, nullable=False),
    Column("fitted", BigInteger, nullable=False),
    Column("hit", BigInteger, nullable=False),
    Column("of_file", Integer, nullable=False, server_default="0"),
    UniqueConstraint("name", name="uq_scenarios_name"),
)
