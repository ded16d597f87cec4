-- Who works here: workspaces, users, members, and what lets them in.
-- Ids are 16-byte UUIDv7, times are milliseconds since 1970, secrets are kept as SHA-256 only.

create table workspace (
    id bytea primary key,
    name text not null,
    created_at bigint not null
);

create table "user" (
    id bytea primary key,
    login text not null unique,
    password_hash text not null,
    created_at bigint not null,
    password_changed_at bigint not null
);

create table member (
    id bytea primary key,
    workspace_id bytea not null references workspace (id) on delete cascade,
    user_id bytea not null references "user" (id) on delete cascade,
    name text not null,
    role text not null,
    is_active boolean not null,
    created_at bigint not null,
    unique (workspace_id, user_id)
);

create index member_by_user on member (user_id);

create table invitation (
    id bytea primary key,
    workspace_id bytea not null references workspace (id) on delete cascade,
    invited_by bytea not null references member (id) on delete cascade,
    note text not null,
    role text not null,
    token_hash bytea not null unique,
    created_at bigint not null,
    expires_at bigint not null,
    accepted_at bigint,
    accepted_by bytea references member (id) on delete set null,
    revoked_at bigint
);

create index invitation_by_workspace on invitation (workspace_id);

create table password_reset (
    token_hash bytea primary key,
    user_id bytea not null references "user" (id) on delete cascade,
    created_at bigint not null,
    expires_at bigint not null
);

create table session (
    id_hash bytea primary key,
    user_id bytea references "user" (id) on delete cascade,
    data text not null,
    created_at bigint not null,
    expires_at bigint not null
);

create index session_by_user on session (user_id);
create index session_by_expiry on session (expires_at);

-- A browser that keeps a copy of a workspace.
create table device (
    id bytea primary key,
    member_id bytea not null references member (id) on delete cascade,
    label text not null,
    created_at bigint not null,
    seen_at bigint not null,
    revoked_at bigint
);

create index device_by_member on device (member_id);

-- Tries to sign in that have not succeeded; the key is a digest of what was tried and from where.
create table attempt (
    key bytea not null,
    at bigint not null
);

create index attempt_by_key on attempt (key, at);
create index attempt_by_time on attempt (at);
