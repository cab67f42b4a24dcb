package io.blockgraph.driver.luks;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockException.Kind;
import io.blockgraph.block.BlockIo;
import io.blockgraph.driver.AmendableFormat;
import io.blockgraph.driver.Driver;
import io.blockgraph.driver.Groundwork;
import io.blockgraph.driver.ImageFormat;
import io.blockgraph.driver.Node;
import io.blockgraph.driver.Opening;
import io.blockgraph.driver.OptionSpec;
import io.blockgraph.driver.OptionSpec.Field;
import io.blockgraph.driver.OptionSpec.Need;
import io.blockgraph.driver.OptionSpec.Nullability;
import io.blockgraph.driver.Secrets;
import io.blockgraph.driver.SlowToOpen;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.DriverName;
import io.blockgraph.graph.DriverRules;
import io.blockgraph.graph.Options;
import io.blockgraph.graph.Role;
import io.blockgraph.graph.Roles;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// A disk that is stored encrypted (LUKS1, aes-xts-plain64), opened with a secret.
public final class LuksDriver implements Driver, ImageFormat, AmendableFormat, SlowToOpen {
  private static final Roles STORAGE = Roles.of(Role.DATA, Role.PRIMARY);
  private static final String KEY_SECRET = "keySecret";
  private static final int MOST_NAME = 255;
  static final long ITERATIONS = 600_000;
  static final long LEAST_ITERATIONS = 1000;
  static final long MOST_ITERATIONS = 50_000_000;

  private final Passwords passwords;

  /// A driver of images that are opened with these secrets.
  public LuksDriver(Secrets secrets) {
    this.passwords = new Passwords(secrets);
  }

  @Override
  public DriverName name() {
    return new DriverName("luks");
  }

  private static Field keySecret() {
    return new Field(
        KEY_SECRET,
        new OptionSpec.Type.Text(MOST_NAME),
        Need.REQUIRED,
        "The name of the secret that opens a key slot of the image.");
  }

  @Override
  public OptionSpec options() {
    return new OptionSpec(
        List.of(
            new Field(
                "file",
                new OptionSpec.Type.Child("file", STORAGE, Nullability.NOT_NULL),
                Need.REQUIRED,
                "Where the image is."),
            keySecret()));
  }

  @Override
  public OptionSpec amendOptions() {
    return KeyOptions.SPEC;
  }

  @Override
  public Set<String> changeableOptions() {
    return Set.of(KEY_SECRET);
  }

  @Override
  public DriverRules rules() {
    return LuksRules.INSTANCE;
  }

  @Override
  public Node open(Opening opening) {
    try (KeySearch search = groundwork(opening)) {
      search.lay();
      return open(opening, search);
    }
  }

  @Override
  public KeySearch groundwork(Opening opening) {
    BlockIo file = opening.children().get(ChildName.FILE);
    Header header = Header.read(file);
    return new KeySearch(file, header, passwords.of(keySecret(opening.spec().options())));
  }

  @Override
  public Node open(Opening opening, Groundwork laid) {
    KeySearch search = (KeySearch) laid;
    Xts cipher = search.cipher();
    String secret = keySecret(opening.spec().options());
    return new LuksNode(search.header(), () -> cipher, new LuksNode.Key(passwords, secret));
  }

  /// Opens an image on trial. Whether the secret opens it is found out when somebody reads: that is
  /// meant to take long, and whoever changes the graph waits for a trial.
  @Override
  public Node rehearse(Opening opening) {
    BlockIo file = opening.children().get(ChildName.FILE);
    Header header = Header.read(file);
    String secret = keySecret(opening.spec().options());
    passwords.requireThere(secret);
    LateCipher cipher = new LateCipher(() -> cipher(file, header, secret));
    return new LuksNode(header, cipher, new LuksNode.Key(passwords, secret));
  }

  private Xts cipher(BlockIo file, Header header, String secret) {
    try (KeySearch search = new KeySearch(file, header, passwords.of(secret))) {
      search.lay();
      return search.cipher();
    }
  }

  static String keySecret(Options options) {
    return options
        .text(KEY_SECRET)
        .orElseThrow(
            () ->
                new BlockException(
                    Kind.INVALID,
                    "the image is encrypted: 'keySecret' names the secret that opens it"));
  }

  @Override
  public OptionSpec createOptions() {
    return new OptionSpec(
        List.of(
            new Field(
                "size",
                new OptionSpec.Type.Size(0, 1L << 40 << 20, Optional.empty()),
                Need.REQUIRED,
                "The length of the disk, in bytes; whole sectors of 512."),
            keySecret(),
            new Field(
                "iterations",
                new OptionSpec.Type.Int(LEAST_ITERATIONS, MOST_ITERATIONS, Optional.of(ITERATIONS)),
                Need.OPTIONAL,
                "How much work it is to try a password, in rounds of PBKDF2.")));
  }

  @Override
  public void requirePossible(Options options) {
    if (options.number("size").orElseThrow() % Xts.SECTOR_BYTES != 0) {
      throw new BlockException(
          Kind.INVALID, "'size' has to be a multiple of " + Xts.SECTOR_BYTES + " bytes");
    }
    passwords.requireThere(keySecret(options));
  }

  @Override
  public void create(BlockIo file, Options options) {
    requirePossible(options);
    byte[] password = passwords.of(keySecret(options));
    long iterations = options.number("iterations").orElse(ITERATIONS);
    try {
      new Creation(Math.toIntExact(iterations))
          .into(file, options.number("size").orElseThrow(), password);
    } finally {
      AntiForensic.erase(password);
    }
  }

  @Override
  public Map<String, Object> describe(BlockIo file) {
    Header header = Header.read(file);
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("format", "luks");
    long bytes = file.sizeBytes() - header.payload();
    facts.put("virtualSizeBytes", bytes - bytes % Xts.SECTOR_BYTES);
    facts.putAll(facts(header));
    return facts;
  }

  static Map<String, Object> facts(Header header) {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("cipher", "aes-" + header.keyBytes() * 4 + "-xts-plain64");
    facts.put("hash", header.hash().word());
    facts.put("uuid", header.uuid());
    facts.put("payloadOffset", header.payload());
    facts.put("keySlots", header.slots().stream().filter(Header.Slot::enabled).count());
    return facts;
  }

  /// @throws BlockException UNSUPPORTED: there is nothing that could contradict itself
  @Override
  public CheckReport check(BlockIo file) {
    throw new BlockException(
        Kind.UNSUPPORTED, "a LUKS image has no structure that could be checked");
  }
}
