-- Imports: files that wait, and what became of them; mappings that were chosen before.

create table import (
    id bytea primary key,
    workspace_id bytea not null references workspace (id) on delete cascade,
    member_id bytea not null references member (id) on delete cascade,
    file_name text not null,
    state text not null,
    -- The encoding that was asked for, if one was.
    encoding text,
    kind text,
    -- A JSON list: a field or null for each column.
    mapping text,
    -- Who wrote the records, and their ids of 16 bytes, in the order of the rows.
    actor bytea,
    records bytea not null,
    -- Why it failed, if it did.
    problem text,
    created_at bigint not null,
    finished_at bigint,
    -- When a server began to write the records, by the clock of the database.
    begun_at timestamptz
);

create index import_by_workspace on import (workspace_id, created_at);

-- The file while the import waits, for whichever server is asked next.
create table import_file (
    import_id bytea primary key,
    kept_at timestamptz not null default now(),
    content bytea not null
);

create table import_mapping (
    workspace_id bytea not null references workspace (id) on delete cascade,
    -- SHA-256 of the words of the head line, sorted.
    header bytea not null,
    kind text not null,
    -- A JSON object: word of the head line to field.
    mapping text not null,
    chosen_at bigint not null,
    primary key (workspace_id, header)
);
