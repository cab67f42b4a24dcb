/// Measures changes of large graphs, in turns with the storage daemon; `bench/run scale`.
package io.blockgraph.bench.scale;
