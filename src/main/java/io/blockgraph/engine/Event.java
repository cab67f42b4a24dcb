package io.blockgraph.engine;

import java.time.Instant;
import java.util.Map;

/// Something that happened.
///
/// @param sequence grows by one with every event of this run of the service
/// @param at when
/// @param type what, as in `graph-changed`, `job-changed`, `io-error`
/// @param revision the graph's revision then
/// @param data plain values, as in [io.blockgraph.graph.Options]
public record Event(
    long sequence, Instant at, String type, long revision, Map<String, Object> data) {}
