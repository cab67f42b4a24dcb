/// Adapters of the engine's and the jobs' ports: a database through JDBC, and in `store.files` the
/// host's real files.
@NullMarked
package io.blockgraph.store;

import org.jspecify.annotations.NullMarked;
