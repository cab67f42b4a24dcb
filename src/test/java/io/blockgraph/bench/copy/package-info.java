/// Measures the mirror job, in turns with other ways to copy a disk; `bench/run mirror`.
package io.blockgraph.bench.copy;
