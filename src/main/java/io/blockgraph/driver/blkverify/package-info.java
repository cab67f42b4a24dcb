/// The driver `blkverify`: a filter that compares the disk it shows with a second one.
@NullMarked
package io.blockgraph.driver.blkverify;

import org.jspecify.annotations.NullMarked;
