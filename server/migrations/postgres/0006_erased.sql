-- Erased records are few and asked for often: without this each question reads every document.
create index document_erased on document (workspace_id, position) where state = '\x0102'::bytea;
