-- Other programs: what lets them in, and the keys under which they asked for something.

-- The token itself is shown once; only its SHA-256 is kept. A revoked one is gone.
create table access_token (
    id bytea primary key,
    member_id bytea not null references member (id) on delete cascade,
    name text not null,
    token_hash bytea not null unique,
    scope text not null,
    created_at bigint not null,
    expires_at bigint,
    used_at bigint
);

create index access_token_by_member on access_token (member_id, created_at);

-- A request that must happen once. Noted before its change is submitted, so that after a crash the
-- log says whether it happened; `status` is there once it was answered.
create table request_key (
    member_id bytea not null references member (id) on delete cascade,
    -- SHA-256 of the key, and of what was asked under it.
    key bytea not null,
    request bytea not null,
    kind smallint not null,
    record_id bytea not null,
    change bytea not null,
    at bigint not null,
    status smallint,
    primary key (member_id, key)
);

create index request_key_by_time on request_key (at);
