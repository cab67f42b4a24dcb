/// The Spring Boot application: where every other package is put together, configured and started.
@NullMarked
package io.blockgraph.app;

import org.jspecify.annotations.NullMarked;
