package io.blockgraph.export.nbd;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// What TLS is made of, by the names of files. All are PEM.
///
/// @param certificate the server's certificate, then those that lead to an authority clients know
/// @param key the private key of the certificate, not encrypted
/// @param clientAuthorities the authorities that vouch for clients; when there are none, any client
///   may come, with a certificate or without
/// @param clients the distinguished names of clients that may come; when there are none, all that
///   an authority vouches for
public record TlsFiles(
    Path certificate, Path key, Optional<Path> clientAuthorities, List<String> clients) {}
