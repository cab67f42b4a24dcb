/// The driver `http`: a file that a web server offers, as a disk that can be read.
@NullMarked
package io.blockgraph.driver.http;

import org.jspecify.annotations.NullMarked;
