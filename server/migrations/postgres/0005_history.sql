-- Epochs: what was accepted of a record before its document was renewed.
-- Together with `change` it is the truth; the log has holes up to its floor.

alter table log add column floor bigint not null default 0;

-- One row for each epoch that has ended: its changes, packed (server/src/history.rs). Like `change` it
-- refers to no workspace.
create table history (
    workspace_id bytea not null,
    kind smallint not null,
    record_id bytea not null,
    epoch bigint not null,
    first_position bigint not null,
    last_position bigint not null,
    changes bytea not null,
    primary key (workspace_id, kind, record_id, epoch)
);

create unique index history_by_position on history (workspace_id, last_position);
