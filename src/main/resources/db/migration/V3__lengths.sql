-- How long disks were before changes that make them longer; as short-lived as intent_file.
create table intent_length (
  intent integer not null references intent (id) on delete cascade,
  node   text    not null,
  bytes  bigint  not null,
  primary key (intent, node)
);
