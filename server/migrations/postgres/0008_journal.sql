-- The security log: who signed in, was refused, changed rights, erased. Each entry carries the hash of all before it.
-- It holds ids and words of the program, never a name or an address, and refers to nothing: what is erased leaves it whole.

create table journal (
    number bigint primary key not null,
    at bigint not null,
    workspace_id bytea,
    what text not null,
    -- Who did it, and whom or what it is about.
    member_id bytea,
    about bytea,
    kind smallint,
    record_id bytea,
    detail text not null,
    hash bytea not null
);

create index journal_by_workspace on journal (workspace_id, number);

-- One row: the entry before the first that is kept, and the last one, each with its hash.
create table journal_chain (
    id bigint primary key not null check (id = 1),
    start_number bigint not null,
    start_hash bytea not null,
    head_number bigint not null,
    head_hash bytea not null
);
