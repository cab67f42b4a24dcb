/// Classes broken on purpose, to see whether tests notice.
package io.blockgraph.mutants;
