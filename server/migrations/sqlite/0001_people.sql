-- Who works here: workspaces, users, members, and what lets them in.
-- Ids are 16-byte UUIDv7, times are milliseconds since 1970, secrets are kept as SHA-256 only.

pragma application_id = 1215654251;

create table workspace (
    id blob primary key not null,
    name text not null,
    created_at integer not null
) strict;

create table user (
    id blob primary key not null,
    login text not null unique,
    password_hash text not null,
    created_at integer not null,
    password_changed_at integer not null
) strict;

create table member (
    id blob primary key not null,
    workspace_id blob not null references workspace (id) on delete cascade,
    user_id blob not null references user (id) on delete cascade,
    name text not null,
    role text not null,
    is_active integer not null,
    created_at integer not null,
    unique (workspace_id, user_id)
) strict;

create index member_by_user on member (user_id);

create table invitation (
    id blob primary key not null,
    workspace_id blob not null references workspace (id) on delete cascade,
    invited_by blob not null references member (id) on delete cascade,
    note text not null,
    role text not null,
    token_hash blob not null unique,
    created_at integer not null,
    expires_at integer not null,
    accepted_at integer,
    accepted_by blob references member (id) on delete set null,
    revoked_at integer
) strict;

create index invitation_by_workspace on invitation (workspace_id);

create table password_reset (
    token_hash blob primary key not null,
    user_id blob not null references user (id) on delete cascade,
    created_at integer not null,
    expires_at integer not null
) strict;

create table session (
    id_hash blob primary key not null,
    user_id blob references user (id) on delete cascade,
    data text not null,
    created_at integer not null,
    expires_at integer not null
) strict;

create index session_by_user on session (user_id);
create index session_by_expiry on session (expires_at);

-- A browser that keeps a copy of a workspace.
create table device (
    id blob primary key not null,
    member_id blob not null references member (id) on delete cascade,
    label text not null,
    created_at integer not null,
    seen_at integer not null,
    revoked_at integer
) strict;

create index device_by_member on device (member_id);

-- Tries to sign in that have not succeeded; the key is a digest of what was tried and from where.
create table attempt (
    key blob not null,
    at integer not null
) strict;

create index attempt_by_key on attempt (key, at);
create index attempt_by_time on attempt (at);
