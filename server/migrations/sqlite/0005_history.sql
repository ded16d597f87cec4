-- Epochs: what was accepted of a record before its document was renewed.
-- Together with `change` it is the truth; the log has holes up to its floor.

alter table log add column floor integer not null default 0;

-- One row for each epoch that has ended: its changes, packed (server/src/history.rs).
create table history (
    workspace_id blob not null references workspace (id) on delete cascade,
    kind integer not null,
    record_id blob not null,
    epoch integer not null,
    first_position integer not null,
    last_position integer not null,
    changes blob not null,
    unique (workspace_id, kind, record_id, epoch)
) strict;

create unique index history_by_position on history (workspace_id, last_position);
