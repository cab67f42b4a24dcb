package io.blockgraph.driver.luks;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;

/// AES in XTS mode (IEEE 1619) over whole sectors, each under its number: `xts-plain64`.
///
/// Any thread: ciphers have state, so each thread that comes takes a pair of its own out of those
/// that are idle.
final class Xts {
  static final int SECTOR_BYTES = 512;

  private static final int BLOCK_BYTES = 16;

  /// What the carry out of a doubled tweak comes back as.
  private static final long CARRY = 0x87;

  private final SecretKeySpec dataKey;
  private final SecretKeySpec tweakKey;
  private final java.util.concurrent.ConcurrentLinkedQueue<Ciphers> idle =
      new java.util.concurrent.ConcurrentLinkedQueue<>();

  private record Ciphers(Cipher encrypting, Cipher decrypting, Cipher tweaking) {}

  /// @param key the key of the data, then as long a one of the tweaks
  Xts(byte[] key) throws GeneralSecurityException {
    byte[] data = Arrays.copyOf(key, key.length / 2);
    byte[] tweak = Arrays.copyOfRange(key, key.length / 2, key.length);
    this.dataKey = new SecretKeySpec(data, "AES");
    this.tweakKey = new SecretKeySpec(tweak, "AES");
    AntiForensic.erase(data);
    AntiForensic.erase(tweak);
    idle.add(ciphers());
  }

  private Ciphers ciphers() throws GeneralSecurityException {
    return new Ciphers(
        cipher(Cipher.ENCRYPT_MODE, dataKey),
        cipher(Cipher.DECRYPT_MODE, dataKey),
        cipher(Cipher.ENCRYPT_MODE, tweakKey));
  }

  private static Cipher cipher(int mode, SecretKeySpec key) throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/ECB/NoPadding");
    cipher.init(mode, key);
    return cipher;
  }

  /// Encrypts whole sectors in place.
  void encrypt(byte[] sectors, int length, long first) {
    apply(sectors, length, first, true);
  }

  /// Decrypts whole sectors in place.
  void decrypt(byte[] sectors, int length, long first) {
    apply(sectors, length, first, false);
  }

  private void apply(byte[] sectors, int length, long first, boolean encrypting) {
    assert length % SECTOR_BYTES == 0 : length;
    try {
      Ciphers mine = idle.poll();
      Ciphers ciphers = mine == null ? ciphers() : mine;
      byte[] tweaks = tweaks(ciphers.tweaking(), length, first);
      xor(sectors, tweaks, length);
      Cipher cipher = encrypting ? ciphers.encrypting() : ciphers.decrypting();
      int done = cipher.doFinal(sectors, 0, length, sectors, 0);
      assert done == length : done;
      xor(sectors, tweaks, length);
      idle.add(ciphers);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES of whole blocks cannot fail", e);
    }
  }

  /// The tweak of each block: that of the first of a sector is its encrypted number, each next one
  /// the double of the one before.
  private static byte[] tweaks(Cipher tweaking, int length, long first)
      throws GeneralSecurityException {
    byte[] numbers = new byte[length / SECTOR_BYTES * BLOCK_BYTES];
    ByteBuffer plain = ByteBuffer.wrap(numbers).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < length / SECTOR_BYTES; i++) {
      plain.putLong(i * BLOCK_BYTES, first + i);
    }
    ByteBuffer firsts = ByteBuffer.wrap(tweaking.doFinal(numbers)).order(ByteOrder.LITTLE_ENDIAN);
    byte[] tweaks = new byte[length];
    ByteBuffer out = ByteBuffer.wrap(tweaks).order(ByteOrder.LITTLE_ENDIAN);
    while (firsts.hasRemaining()) {
      long low = firsts.getLong();
      long high = firsts.getLong();
      for (int i = 0; i < SECTOR_BYTES / BLOCK_BYTES; i++) {
        out.putLong(low).putLong(high);
        long carry = high < 0 ? CARRY : 0;
        high = high << 1 | low >>> 63;
        low = low << 1 ^ carry;
      }
    }
    return tweaks;
  }

  private static void xor(byte[] sectors, byte[] tweaks, int length) {
    for (int i = 0; i < length; i++) {
      sectors[i] ^= tweaks[i];
    }
  }
}
