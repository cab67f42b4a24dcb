-- The graph as it was decided last, one row a node and a user, and how it came to be.
create table graph_revision (
  number     bigint  not null primary key,
  decided_at text    not null,
  what       text    not null,
  diff       text    not null
);

create table graph_node (
  name     text    not null primary key,
  position bigint  not null,
  spec     text    not null
);

create table graph_user (
  id       text    not null primary key,
  position bigint  not null,
  spec     text    not null
);

create index graph_node_position on graph_node (position);
create index graph_user_position on graph_user (position);

-- Changes that make files: a row stays only while the change is neither decided nor given up.
create table intent (
  id   integer not null primary key,
  what text    not null
);

create table intent_file (
  intent   integer not null references intent (id) on delete cascade,
  path     text    not null,
  identity text,
  primary key (intent, path)
);

-- Jobs of this and earlier runs of the service.
create table job (
  id         text    not null primary key,
  position   integer not null,
  status     text    not null,
  record     text    not null
);
