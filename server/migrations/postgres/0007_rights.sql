-- Departments, who is in which, and what was taken from the tables of the roles.
-- The version of a workspace grows with everything that a decision about rights reads.

alter table workspace add column rights_version bigint not null default 0;

create table department (
    id bytea primary key,
    workspace_id bytea not null references workspace (id) on delete cascade,
    parent_id bytea,
    name text not null,
    created_at bigint not null
);

create index department_by_workspace on department (workspace_id);

alter table member add column department_id bytea;

create table narrowed_right (
    workspace_id bytea not null references workspace (id) on delete cascade,
    role text not null,
    kind smallint not null,
    action text not null,
    scope text not null,
    primary key (workspace_id, role, kind, action)
);
