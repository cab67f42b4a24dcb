package io.blockgraph.driver.luks;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockException.Kind;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// PBKDF2 (RFC 8018) of bytes: the class of the JDK takes characters only, and a master key has
/// none.
final class Pbkdf2 {
  private static final int MEASURED_ROUNDS = 50_000;

  private Pbkdf2() {}

  /// @param password not empty
  /// @param salt with its iterations
  static byte[] derive(Hash hash, byte[] password, Salt salt, int bytes)
      throws GeneralSecurityException {
    Mac mac = Mac.getInstance(hash.mac());
    mac.init(new SecretKeySpec(password, hash.mac()));
    byte[] derived = new byte[bytes];
    int block = mac.getMacLength();
    for (int i = 0; i * block < bytes; i++) {
      byte[] part = block(mac, salt, i + 1);
      System.arraycopy(part, 0, derived, i * block, Math.min(block, bytes - i * block));
      Arrays.fill(part, (byte) 0);
    }
    return derived;
  }

  /// How many rounds take about `millis` on this machine, by a measurement that takes a tenth of a
  /// second. At least 1000.
  static int roundsIn(Hash hash, int keyBytes, long millis) {
    Salt salt = new Salt(new byte[Header.SALT_BYTES], MEASURED_ROUNDS);
    try {
      derive(hash, new byte[] {1}, salt, keyBytes);
      long begun = System.nanoTime();
      derive(hash, new byte[] {1}, salt, keyBytes);
      long nanos = Math.max(1, System.nanoTime() - begun);
      double rounds = (double) MEASURED_ROUNDS * TimeUnit.MILLISECONDS.toNanos(millis) / nanos;
      return (int) Math.clamp(rounds, LuksDriver.LEAST_ITERATIONS, LuksDriver.MOST_ITERATIONS);
    } catch (GeneralSecurityException e) {
      throw new BlockException(Kind.UNSUPPORTED, "the ciphers of this image are missing", e);
    }
  }

  private static byte[] block(Mac mac, Salt salt, int number) throws GeneralSecurityException {
    mac.update(salt.bytes());
    byte[] round = mac.doFinal(ByteBuffer.allocate(4).putInt(number).array());
    byte[] sum = round.clone();
    for (int i = 1; i < salt.iterations(); i++) {
      mac.update(round);
      mac.doFinal(round, 0);
      for (int j = 0; j < sum.length; j++) {
        sum[j] ^= round[j];
      }
    }
    return sum;
  }

  /// What makes one password many keys.
  record Salt(byte[] bytes, int iterations) {}
}
