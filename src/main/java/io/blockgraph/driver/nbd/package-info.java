/// The driver `nbd`: a disk that an NBD server elsewhere exports.
@NullMarked
package io.blockgraph.driver.nbd;

import org.jspecify.annotations.NullMarked;
