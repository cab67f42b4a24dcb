-- Who asked for a change, and what leads back to the graph before it; neither is known of older ones.
alter table graph_revision add column who text;
alter table graph_revision add column undo text;
