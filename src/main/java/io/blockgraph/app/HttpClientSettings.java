package io.blockgraph.app;

import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// What nodes of the driver `http` may do.
///
/// @param allow the places they may read from; none unless named
@ConfigurationProperties("blockgraph.http-client")
record HttpClientSettings(@DefaultValue List<String> allow) {}
