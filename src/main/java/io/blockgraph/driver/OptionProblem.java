package io.blockgraph.driver;

/// What is wrong with one place of a request.
///
/// @param pointer the place, as a JSON pointer (RFC 6901); empty for the whole
/// @param detail a sentence that names the option, what was given and what is wanted
public record OptionProblem(String pointer, String detail) {}
