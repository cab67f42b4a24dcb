/// The formats of others, for import: images of VirtualBox, Virtual PC, Hyper-V and VMware are read
/// and never written.
///
/// Each format is a driver (`VdiDriver`) and an image (`VdiImage`) that says where a block of the
/// disk lies; all the rest is common.
@NullMarked
package io.blockgraph.driver.imports;

import org.jspecify.annotations.NullMarked;
