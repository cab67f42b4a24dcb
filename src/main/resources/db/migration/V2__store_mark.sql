-- One row that is written now and then, to see whether the store can still remember.
create table store_mark (
  written_at text not null
);

insert into store_mark (written_at) values ('never');
