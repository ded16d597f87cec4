-- Imports: files that wait, and what became of them; mappings that were chosen before.
-- The file itself lies in the data folder under the id while the import waits.

create table import (
    id blob primary key not null,
    workspace_id blob not null references workspace (id) on delete cascade,
    member_id blob not null references member (id) on delete cascade,
    file_name text not null,
    state text not null,
    -- The encoding that was asked for, if one was.
    encoding text,
    kind text,
    -- A JSON list: a field or null for each column.
    mapping text,
    -- Who wrote the records, and their ids of 16 bytes, in the order of the rows.
    actor blob,
    records blob not null,
    -- Why it failed, if it did.
    problem text,
    created_at integer not null,
    finished_at integer
) strict;

create index import_by_workspace on import (workspace_id, created_at);

create table import_mapping (
    workspace_id blob not null references workspace (id) on delete cascade,
    -- SHA-256 of the words of the head line, sorted.
    header blob not null,
    kind text not null,
    -- A JSON object: word of the head line to field.
    mapping text not null,
    chosen_at integer not null,
    primary key (workspace_id, header)
) strict;
