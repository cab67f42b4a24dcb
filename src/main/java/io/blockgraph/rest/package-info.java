/// The HTTP interface: controllers that translate requests into questions to the engine and answers
/// into JSON, and everything that is refused into problems (RFC 9457). No rule of the graph is
/// decided here.
@NullMarked
package io.blockgraph.rest;

import org.jspecify.annotations.NullMarked;
