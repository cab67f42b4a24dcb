package io.blockgraph.differential;

import io.blockgraph.strangers.QemuImg;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// What `qemu-img check` thinks of images. Images of the same bytes are looked at once.
final class ImageChecks {
  private static final byte[] MAGIC = {'Q', 'F', 'I', (byte) 0xfb};

  private final Map<String, String> findings = new ConcurrentHashMap<>();

  /// What is wrong with an image, if it is qcow2 and anything is.
  Optional<Difference> check(Path image) {
    byte[] bytes = bytes(image);
    if (!Arrays.equals(bytes, 0, Math.min(4, bytes.length), MAGIC, 0, 4)) {
      return Optional.empty();
    }
    String found = findings.computeIfAbsent(hash(bytes), _ -> findings(image));
    return found.isEmpty()
        ? Optional.empty()
        : Optional.of(new Difference.Faulty(image.toString(), found));
  }

  /// How many different images there were.
  int count() {
    return findings.size();
  }

  /// The image is looked at for itself: what it says of its backing file may be of use to nobody.
  private static String findings(Path image) {
    String alone =
        "json:{\"driver\":\"qcow2\",\"backing\":null,\"file\":{\"driver\":\"file\",\"filename\":\""
            + image
            + "\"}}";
    QemuImg.Check check = QemuImg.parse(QemuImg.run("check", "--output=json", alone));
    return check.isClean() ? "" : check.toString();
  }

  private static byte[] bytes(Path image) {
    try {
      return Files.readAllBytes(image);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String hash(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
