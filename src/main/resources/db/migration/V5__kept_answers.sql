-- Requests with an Idempotency-Key and what they were answered with. Without a status: the request
-- was begun and not answered, or the service ended before it was.
create table kept_answer (
  idempotency_key text    not null primary key,
  request         text    not null,
  asked_at        bigint  not null,
  status          integer,
  headers         text,
  body            text
);

create index kept_answer_asked_at on kept_answer (asked_at);
