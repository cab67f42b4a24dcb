package io.blockgraph.driver.luks;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Optional;

/// The hashes that a header may name.
enum Hash {
  SHA1("sha1", "SHA-1", "HmacSHA1"),
  SHA256("sha256", "SHA-256", "HmacSHA256"),
  SHA512("sha512", "SHA-512", "HmacSHA512");

  private final String word;
  private final String digest;
  private final String mac;

  Hash(String word, String digest, String mac) {
    this.word = word;
    this.digest = digest;
    this.mac = mac;
  }

  static Optional<Hash> of(String word) {
    for (Hash hash : values()) {
      if (hash.word.equals(word)) {
        return Optional.of(hash);
      }
    }
    return Optional.empty();
  }

  String word() {
    return word;
  }

  String mac() {
    return mac;
  }

  MessageDigest digest() throws GeneralSecurityException {
    return MessageDigest.getInstance(digest);
  }
}
