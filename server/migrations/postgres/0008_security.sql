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

-- A code from a phone besides the password. The secret is kept as it is: codes are computed from it.
create table second_factor (
    user_id bytea primary key not null references "user" (id) on delete cascade,
    secret bytea not null,
    -- False while it is being set up.
    is_on boolean not null,
    -- The half minute of the last code; that one and those before no longer count.
    used_step bigint not null,
    created_at bigint not null
);

-- For the day the phone is lost; each counts once and is gone then.
create table recovery_code (
    user_id bytea not null references "user" (id) on delete cascade,
    code_hash bytea not null,
    primary key (user_id, code_hash)
);
