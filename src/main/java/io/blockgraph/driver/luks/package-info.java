/// The driver `luks`: a disk that is stored encrypted, in the format LUKS1.
@NullMarked
package io.blockgraph.driver.luks;

import org.jspecify.annotations.NullMarked;
