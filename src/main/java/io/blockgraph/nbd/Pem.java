package io.blockgraph.nbd;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A file of PEM blocks (RFC 7468), which the settings name.
///
/// No message and no cause says anything of what stands in the file: it may be a private key.
public final class Pem {
  private static final int MOST_BYTES = 1 << 20;
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\\s]+)-----END \\1-----");

  /// The DER of `AlgorithmIdentifier` rsaEncryption and the version before it, which PKCS #8 puts
  /// in front of an RSA key of PKCS #1.
  private static final byte[] RSA_PREFIX =
      HexFormat.of().parseHex("020100300d06092a864886f70d0101010500");

  private final String field;
  private final Path path;
  private final List<Block> blocks;

  private record Block(String label, byte[] der) {}

  private Pem(String field, Path path, List<Block> blocks) {
    this.field = field;
    this.path = path;
    this.blocks = blocks;
  }

  /// The blocks of a file.
  public static Pem read(String field, Path path) throws BadTlsFile {
    try {
      if (Files.size(path) > MOST_BYTES) {
        throw new BadTlsFile(field, "'" + path + "' is longer than a PEM file can be");
      }
      String text = Files.readString(path, StandardCharsets.ISO_8859_1);
      return new Pem(field, path, blocks(text));
    } catch (NoSuchFileException e) {
      throw new BadTlsFile(field, "there is no file '" + path + "'");
    } catch (IOException e) {
      throw new BadTlsFile(field, "'" + path + "' cannot be read", e);
    } catch (IllegalArgumentException e) {
      throw new BadTlsFile(field, "'" + path + "' has a PEM block that is not Base64");
    }
  }

  private static List<Block> blocks(String text) {
    List<Block> blocks = new ArrayList<>();
    Matcher matcher = BLOCK.matcher(text);
    while (matcher.find()) {
      String base64 = matcher.group(2).replaceAll("\\s", "");
      blocks.add(new Block(matcher.group(1), Base64.getDecoder().decode(base64)));
    }
    return blocks;
  }

  /// The certificates, at least one, in the order of the file.
  public List<X509Certificate> certificates() throws BadTlsFile {
    List<X509Certificate> certificates = new ArrayList<>();
    try {
      CertificateFactory factory = CertificateFactory.getInstance("X.509");
      for (Block block : blocks) {
        if (block.label().equals("CERTIFICATE")) {
          ByteArrayInputStream der = new ByteArrayInputStream(block.der());
          certificates.add((X509Certificate) factory.generateCertificate(der));
        }
      }
    } catch (CertificateException e) {
      throw bad("has a certificate that cannot be understood");
    }
    if (certificates.isEmpty()) {
      throw bad("holds no certificate (PEM)");
    }
    return certificates;
  }

  /// The one private key, for the algorithm of `certificate`.
  public PrivateKey privateKey(X509Certificate certificate) throws BadTlsFile {
    List<Block> keys =
        blocks.stream().filter(block -> block.label().endsWith("PRIVATE KEY")).toList();
    if (keys.size() != 1) {
      throw bad("holds " + (keys.isEmpty() ? "no" : "more than one") + " private key (PEM)");
    }
    String algorithm = certificate.getPublicKey().getAlgorithm();
    try {
      return KeyFactory.getInstance(algorithm)
          .generatePrivate(new PKCS8EncodedKeySpec(pkcs8(keys.getFirst())));
    } catch (GeneralSecurityException e) {
      throw bad("holds no " + algorithm + " key, which the certificate is for");
    }
  }

  private byte[] pkcs8(Block key) throws BadTlsFile {
    return switch (key.label()) {
      case "PRIVATE KEY" -> key.der();
      case "RSA PRIVATE KEY" -> {
        byte[] inner = tagged(0x04, key.der());
        byte[] all = new byte[RSA_PREFIX.length + inner.length];
        System.arraycopy(RSA_PREFIX, 0, all, 0, RSA_PREFIX.length);
        System.arraycopy(inner, 0, all, RSA_PREFIX.length, inner.length);
        yield tagged(0x30, all);
      }
      case "ENCRYPTED PRIVATE KEY" ->
          throw bad("is encrypted; the service has nobody to ask for the password");
      default ->
          throw bad(
              "is an " + key.label() + "; turn it into PKCS #8: openssl pkcs8 -topk8 -nocrypt");
    };
  }

  /// DER: a tag, the length in four bytes, the content. Longer than need be, and read as well.
  private static byte[] tagged(int tag, byte[] content) {
    int length = content.length;
    byte[] all = new byte[6 + length];
    all[0] = (byte) tag;
    all[1] = (byte) 0x84;
    for (int i = 0; i < 4; i++) {
      all[2 + i] = (byte) (length >>> (24 - 8 * i));
    }
    System.arraycopy(content, 0, all, 6, length);
    return all;
  }

  private BadTlsFile bad(String what) {
    return new BadTlsFile(field, "'" + path + "' " + what);
  }
}
