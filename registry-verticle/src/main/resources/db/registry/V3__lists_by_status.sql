-- A list of one status, of which there may be none among very many.
create index activation_by_status on activation (owner, status, id desc);
