package io.blockgraph.driver.imports;

import io.blockgraph.block.BlockException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The text that says what a VMDK image consists of.
///
/// @param createType the word for the kind of image
/// @param extents in the order of the disk; their lengths together do not overflow
record VmdkDescriptor(String createType, List<Extent> extents) {
  static final BadImage FORMAT = new BadImage("vmdk");
  static final String BEGINNING = "# Disk DescriptorFile";
  static final int MAX_BYTES = 64 << 10;
  static final long SECTOR = 512;

  /// The longest disk: no VMDK is longer than 62 TiB.
  static final long MAX_SECTORS = (64L << 40) / SECTOR;

  private static final int MAX_EXTENTS = 1024;
  private static final Set<String> IN_ONE_FILE = Set.of("monolithicSparse", "streamOptimized");
  private static final Set<String> APART =
      Set.of("monolithicFlat", "twoGbMaxExtentFlat", "twoGbMaxExtentSparse");
  private static final Pattern EXTENT =
      Pattern.compile(
          "(?:RW|RDONLY|NOACCESS) +(\\d{1,12}) +(\\w{1,20})(?: +\"([^\"]{1,1024})\")?(?:"
              + " +(\\d{1,12}))?");

  /// Part of the disk.
  ///
  /// @param sectors how long it is
  /// @param type FLAT, SPARSE or ZERO
  /// @param file the name in the image, for people
  /// @param offset for FLAT, in which sector of its file it begins
  record Extent(long sectors, String type, String file, long offset) {
    boolean isZero() {
      return type.equals("ZERO");
    }
  }

  /// Takes a descriptor apart.
  ///
  /// @param at where it lies in the file, for messages
  static VmdkDescriptor parse(String text, long at) {
    Map<String, String> values = new LinkedHashMap<>();
    List<Extent> extents = new ArrayList<>();
    long sectors = 0;
    for (String line : text.substring(0, end(text)).split("\\r?\\n")) {
      Matcher matcher = EXTENT.matcher(line.strip());
      if (matcher.matches()) {
        Extent extent = extent(matcher, at);
        extents.add(extent);
        sectors += extent.sectors();
        if (extents.size() > MAX_EXTENTS || sectors > MAX_SECTORS) {
          throw FORMAT.field("descriptor.extents", at, extents.size(), "too many, or too long");
        }
      } else if (line.indexOf('=') > 0) {
        String key = line.substring(0, line.indexOf('=')).strip();
        values.put(key, line.substring(line.indexOf('=') + 1).strip().replace("\"", ""));
      }
    }
    requireAlone(values, at);
    return new VmdkDescriptor(createType(values, at), extents);
  }

  private static int end(String text) {
    int end = text.indexOf('\0');
    return end < 0 ? text.length() : end;
  }

  private static Extent extent(Matcher line, long at) {
    String type = line.group(2);
    if (!Set.of("FLAT", "SPARSE", "ZERO").contains(type)) {
      throw FORMAT.field("descriptor.extent", at, type, "only FLAT, SPARSE and ZERO are supported");
    }
    return new Extent(
        Long.parseLong(line.group(1)),
        type,
        line.group(3) == null ? "" : line.group(3),
        line.group(4) == null ? 0 : Long.parseLong(line.group(4)));
  }

  private static void requireAlone(Map<String, String> values, long at) {
    String parent = values.getOrDefault("parentCID", "ffffffff");
    if (!parent.equalsIgnoreCase("ffffffff")) {
      throw FORMAT.field(
          "descriptor.parentCID",
          at,
          printable(parent),
          "it shows what it does not hold out of a parent ("
              + printable(values.getOrDefault("parentFileNameHint", "not named"))
              + "); merge the chain first");
    }
  }

  private static String createType(Map<String, String> values, long at) {
    String type = values.getOrDefault("createType", "");
    if (!IN_ONE_FILE.contains(type) && !APART.contains(type)) {
      throw FORMAT.field(
          "descriptor.createType",
          at,
          "'" + printable(type) + "'",
          "supported are "
              + String.join(", ", IN_ONE_FILE.stream().sorted().toList())
              + ", "
              + String.join(", ", APART.stream().sorted().toList()));
    }
    return type;
  }

  /// Words of a stranger, cut and without anything that could do harm in a message.
  static String printable(String words) {
    String cut = words.length() > 100 ? words.substring(0, 100) + "..." : words;
    return cut.replaceAll("[^\\x20-\\x7e]", "?");
  }

  boolean isInOneFile() {
    return IN_ONE_FILE.contains(createType);
  }

  long sizeBytes() {
    return extents.stream().mapToLong(Extent::sectors).sum() * SECTOR;
  }

  /// The extents that have a file.
  List<Extent> stored() {
    return extents.stream().filter(extent -> !extent.isZero()).toList();
  }

  BlockException wrong(String field, Object value, String why) {
    return FORMAT.field("descriptor." + field, 0, value, why);
  }
}
