/// Measures the NBD server as clients see it, in turns with other servers; `bench/run nbd`.
package io.blockgraph.bench.nbd;
