package io.blockgraph.block;

/// What an image says of its backing disk, for programs that open it by itself. The service never
/// follows it.
///
/// @param file the name of the backing file; a relative one counts from the directory of the image
/// @param format the name of its format: `qcow2`, `raw`
public record BackingLink(String file, String format) {}
