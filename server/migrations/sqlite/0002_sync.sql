-- The log of accepted changes, what follows from it, and who may add to it.
-- `change` and `actor` are the truth; `document` and `record` can be made again from `change`.

-- One log for each workspace. Its id changes when a backup is restored: positions after that
-- moment mean something else, and replicas must know.
create table log (
    workspace_id blob primary key not null references workspace (id) on delete cascade,
    log_id blob not null,
    head integer not null
) strict;

-- Who makes changes. An actor belongs to the member and device that brought it first, for ever.
create table actor (
    id blob primary key not null,
    workspace_id blob not null references workspace (id) on delete cascade,
    member_id blob not null references member (id) on delete cascade,
    device_id blob not null,
    created_at integer not null
) strict, without rowid;

-- Accepted changes in the order of acceptance; positions have no gaps.
create table change (
    workspace_id blob not null references workspace (id) on delete cascade,
    position integer not null,
    kind integer not null,
    record_id blob not null,
    hash blob not null,
    actor_id blob not null,
    seq integer not null,
    member_id blob not null,
    accepted_at integer not null,
    note_of text,
    body blob not null,
    primary key (workspace_id, position)
) strict, without rowid;

-- The hash of a change says nothing about its record: two equal new records have equal changes.
create unique index change_by_record on change (workspace_id, kind, record_id, hash);

-- The state of each document after its last change.
create table document (
    workspace_id blob not null references workspace (id) on delete cascade,
    kind integer not null,
    record_id blob not null,
    position integer not null,
    state blob not null,
    unique (workspace_id, kind, record_id)
) strict;

create unique index document_by_position on document (workspace_id, position);

-- What SQL, export and the interface of version 1 read of each record. Values as in the document.
create table record (
    workspace_id blob not null references workspace (id) on delete cascade,
    kind integer not null,
    record_id blob not null,
    position integer not null,
    is_deleted integer not null,
    created_at integer not null,
    created_by blob not null,
    updated_at integer not null,
    updated_by blob not null,
    fields text not null,
    problems text not null,
    unique (workspace_id, kind, record_id)
) strict;
