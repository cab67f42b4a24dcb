/// The host's real files, as the drivers see them: the adapter of [io.blockgraph.driver.HostFiles]
/// onto [io.blockgraph.os].
@NullMarked
package io.blockgraph.store.files;

import org.jspecify.annotations.NullMarked;
