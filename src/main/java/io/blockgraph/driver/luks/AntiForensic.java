package io.blockgraph.driver.luks;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;

/// Spreads a key over many stripes, all of which are needed to have it back: one that was erased is
/// enough to lose it. As in the LUKS on-disk format specification, 2.4.
final class AntiForensic {
  private final Hash hash;

  AntiForensic(Hash hash) {
    this.hash = hash;
  }

  /// The key out of its stripes.
  byte[] merge(byte[] stripes, int keyBytes) throws GeneralSecurityException {
    byte[] sum = new byte[keyBytes];
    int last = stripes.length - keyBytes;
    for (int at = 0; at < last; at += keyBytes) {
      xor(sum, stripes, at);
      diffuse(sum);
    }
    xor(sum, stripes, last);
    return sum;
  }

  /// Stripes for a key; other ones each time.
  byte[] split(byte[] key, int count, SecureRandom random) throws GeneralSecurityException {
    byte[] stripes = new byte[key.length * count];
    byte[] filling = new byte[stripes.length - key.length];
    random.nextBytes(filling);
    System.arraycopy(filling, 0, stripes, 0, filling.length);
    byte[] sum = new byte[key.length];
    for (int at = 0; at < filling.length; at += key.length) {
      xor(sum, stripes, at);
      diffuse(sum);
    }
    xor(sum, key, 0);
    System.arraycopy(sum, 0, stripes, filling.length, key.length);
    return stripes;
  }

  private static void xor(byte[] sum, byte[] with, int at) {
    for (int i = 0; i < sum.length; i++) {
      sum[i] ^= with[at + i];
    }
  }

  private void diffuse(byte[] block) throws GeneralSecurityException {
    MessageDigest digest = hash.digest();
    int step = digest.getDigestLength();
    for (int i = 0; i * step < block.length; i++) {
      int length = Math.min(step, block.length - i * step);
      digest.update(ByteBuffer.allocate(4).putInt(i).array());
      digest.update(block, i * step, length);
      System.arraycopy(digest.digest(), 0, block, i * step, length);
    }
  }

  /// Overwrites what nobody shall find.
  static void erase(byte[] secret) {
    Arrays.fill(secret, (byte) 0);
  }
}
