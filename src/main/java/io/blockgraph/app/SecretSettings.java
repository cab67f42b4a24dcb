package io.blockgraph.app;

import java.nio.file.Path;
import java.util.Map;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// Files whose content only drivers see.
///
/// @param secrets files by the names that requests use
@ConfigurationProperties("blockgraph")
record SecretSettings(@DefaultValue Map<String, Path> secrets) {}
