-- The log of accepted changes, what follows from it, and who may add to it.
-- `change` and `actor` are the truth; `document` and `record` can be made again from `change`.

-- One log for each workspace. Its row is what appends of several servers queue for. Its id changes
-- when a backup is put back: positions after that moment mean something else.
create table log (
    workspace_id bytea primary key references workspace (id) on delete cascade,
    log_id bytea not null,
    head bigint not null
);

-- Who makes changes. An actor belongs to the member and device that brought it first, for ever.
create table actor (
    id bytea primary key,
    workspace_id bytea not null references workspace (id) on delete cascade,
    member_id bytea not null references member (id) on delete cascade,
    device_id bytea not null,
    created_at bigint not null
);

-- Accepted changes in the order of acceptance; positions have no gaps. The next three tables refer
-- to no workspace: an append has raised the head of its log, which does, and a check for each row
-- would cost more than the row.
create table change (
    workspace_id bytea not null,
    position bigint not null,
    kind smallint not null,
    record_id bytea not null,
    hash bytea not null,
    actor_id bytea not null,
    seq bigint not null,
    member_id bytea not null,
    accepted_at bigint not null,
    note_of text,
    body bytea not null,
    primary key (workspace_id, position)
);

-- The hash of a change says nothing about its record: two equal new records have equal changes.
create unique index change_by_record on change (workspace_id, kind, record_id, hash);

-- The state of each document after its last change.
create table document (
    workspace_id bytea not null,
    kind smallint not null,
    record_id bytea not null,
    position bigint not null,
    state bytea not null,
    primary key (workspace_id, kind, record_id)
);

create unique index document_by_position on document (workspace_id, position);

-- What SQL, export and the interface of version 1 read of each record. Values as in the document.
create table record (
    workspace_id bytea not null,
    kind smallint not null,
    record_id bytea not null,
    position bigint not null,
    is_deleted boolean not null,
    created_at bigint not null,
    created_by bytea not null,
    updated_at bigint not null,
    updated_by bytea not null,
    -- JSON, kept letter by letter.
    fields text not null,
    problems text not null,
    primary key (workspace_id, kind, record_id)
);
