-- The security log: who signed in, was refused, changed rights, erased. Each entry carries the hash of all before it.
-- It holds ids and words of the program, never a name or an address, and refers to nothing: what is erased leaves it whole.

create table journal (
    number integer primary key not null,
    at integer not null,
    workspace_id blob,
    what text not null,
    -- Who did it, and whom or what it is about.
    member_id blob,
    about blob,
    kind integer,
    record_id blob,
    detail text not null,
    hash blob not null
) strict;

create index journal_by_workspace on journal (workspace_id, number);

-- One row: the entry before the first that is kept, and the last one, each with its hash.
create table journal_chain (
    id integer primary key not null check (id = 1),
    start_number integer not null,
    start_hash blob not null,
    head_number integer not null,
    head_hash blob not null
) strict;

-- A code from a phone besides the password. The secret is kept as it is: codes are computed from it.
create table second_factor (
    user_id blob primary key not null references user (id) on delete cascade,
    secret blob not null,
    -- False while it is being set up.
    is_on integer not null,
    -- The half minute of the last code; that one and those before no longer count.
    used_step integer not null,
    created_at integer not null
) strict;

-- For the day the phone is lost; each counts once and is gone then.
create table recovery_code (
    user_id blob not null references user (id) on delete cascade,
    code_hash blob not null,
    primary key (user_id, code_hash)
) strict;
