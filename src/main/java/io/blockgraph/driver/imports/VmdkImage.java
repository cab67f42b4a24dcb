package io.blockgraph.driver.imports;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/// A VMDK disk: one extent after the other, each in its file.
///
/// @param parts by where they begin
/// @param facts what the image says of itself
record VmdkImage(NavigableMap<Long, Part> parts, long sizeBytes, Map<String, Object> facts)
    implements ImportedImage {
  private static final BadImage FORMAT = VmdkDescriptor.FORMAT;

  /// An extent in its place.
  ///
  /// @param source which of the files holds it
  record Part(long bytes, int source, VmdkExtent extent) {}

  static ImportedImage open(List<BlockIo> files) {
    BlockIo file = files.getFirst();
    return VmdkHeader.isAt(file) ? inOneFile(files) : apart(files);
  }

  /// What an image says of itself, also without its extents.
  static Map<String, Object> describe(BlockIo file) {
    return VmdkHeader.isAt(file)
        ? inOneFile(List.of(file)).facts()
        : facts(descriptorFile(file), Map.of());
  }

  private static ImportedImage inOneFile(List<BlockIo> files) {
    BlockIo file = files.getFirst();
    VmdkHeader header = VmdkHeader.read(file);
    VmdkHeader.Place place = header.descriptor();
    if (place.offset() == 0 || place.bytes() == 0) {
      throw FORMAT.field("header.descriptorOffset", 28, 0, "an extent of another image, no disk");
    }
    int length = (int) Math.min(place.bytes(), VmdkDescriptor.MAX_BYTES);
    Fields text = Fields.read(VmdkSparse.structure("descriptor"), file, place.offset(), length);
    VmdkDescriptor descriptor = VmdkDescriptor.parse(text.text(0, length), place.offset());
    if (!descriptor.isInOneFile() || descriptor.extents().size() != 1) {
      throw FORMAT.field(
          "descriptor.createType",
          place.offset(),
          descriptor.createType() + " of " + descriptor.extents().size() + " extents",
          "a sparse file holds the one extent of an image");
    }
    requireFiles(0, files.size() - 1);
    Map<String, Object> more =
        Map.of("clusterSize", header.grainBytes(), "compressed", header.compressed());
    NavigableMap<Long, Part> parts = new TreeMap<>();
    parts.put(0L, new Part(header.capacityBytes(), 0, VmdkSparse.open(file, header)));
    Map<String, Object> facts = facts(descriptor, more);
    facts.put("virtualSize", header.capacityBytes());
    return new VmdkImage(parts, header.capacityBytes(), facts);
  }

  private static VmdkDescriptor descriptorFile(BlockIo file) {
    if (file.sizeBytes() > VmdkDescriptor.MAX_BYTES) {
      throw FORMAT.field(
          "descriptor",
          0,
          "a file of " + file.sizeBytes() + " bytes",
          "neither a sparse extent nor a descriptor");
    }
    byte[] bytes = Fields.bytes(file, 0, (int) file.sizeBytes());
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    if (!text.startsWith(VmdkDescriptor.BEGINNING)) {
      throw FORMAT.field("descriptor", 0, "something else", "no VMDK image");
    }
    return VmdkDescriptor.parse(text, 0);
  }

  private static ImportedImage apart(List<BlockIo> files) {
    VmdkDescriptor descriptor = descriptorFile(files.getFirst());
    if (descriptor.isInOneFile()) {
      throw descriptor.wrong("createType", descriptor.createType(), "its file holds no extent");
    }
    requireFiles(descriptor.stored().size(), files.size() - 1);
    NavigableMap<Long, Part> parts = new TreeMap<>();
    long at = 0;
    int source = 0;
    for (VmdkDescriptor.Extent extent : descriptor.extents()) {
      long bytes = extent.sectors() * VmdkDescriptor.SECTOR;
      source += extent.isZero() ? 0 : 1;
      if (bytes > 0) {
        parts.put(at, new Part(bytes, source, extent(files.get(source), extent, bytes)));
      }
      at += bytes;
    }
    return new VmdkImage(parts, at, facts(descriptor, Map.of()));
  }

  /// The names in an image are never followed: the caller names the nodes.
  private static void requireFiles(int wanted, int given) {
    if (wanted != given) {
      throw new BlockException(
          BlockException.Kind.INVALID,
          "the vmdk image keeps its data in "
              + wanted
              + " files of their own, which are never followed by name; 'extents' names "
              + given
              + " nodes");
    }
  }

  private static VmdkExtent extent(BlockIo file, VmdkDescriptor.Extent extent, long bytes) {
    String name = "'" + VmdkDescriptor.printable(extent.file()) + "'";
    switch (extent.type()) {
      case "FLAT" -> {
        long offset = extent.offset() * VmdkDescriptor.SECTOR;
        if (offset > file.sizeBytes() - bytes) {
          throw FORMAT.tooShort("the extent " + name, offset + bytes, file.sizeBytes());
        }
        return new VmdkExtent.Flat(offset);
      }
      case "SPARSE" -> {
        VmdkHeader header = VmdkHeader.read(file);
        if (header.capacityBytes() < bytes) {
          throw FORMAT.field(
              "header.capacity", 12, header.capacityBytes(), "less than extent " + name + " has");
        }
        return VmdkSparse.open(file, header);
      }
      default -> {
        return new VmdkExtent.Zero();
      }
    }
  }

  private static Map<String, Object> facts(VmdkDescriptor descriptor, Map<String, Object> more) {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("format", "vmdk");
    facts.put("virtualSize", descriptor.sizeBytes());
    facts.put("variant", descriptor.createType());
    facts.putAll(more);
    if (!descriptor.isInOneFile()) {
      facts.put(
          "extentFiles",
          descriptor.stored().stream()
              .map(extent -> VmdkDescriptor.printable(extent.file()))
              .toList());
    }
    return facts;
  }

  @Override
  public long unitBytes() {
    return parts.values().stream().mapToLong(part -> part.extent().unitBytes()).min().orElse(1);
  }

  @Override
  public Span find(List<BlockIo> files, long offset, long most) {
    Map.Entry<Long, Part> entry = parts.floorEntry(offset);
    Part part = entry.getValue();
    long within = offset - entry.getKey();
    Span span =
        part.extent().find(files.get(part.source()), within, Math.min(most, part.bytes() - within));
    return new Span(span.kind(), span.bytes(), part.source(), span.hostOffset());
  }

  @Override
  public void readCompressed(List<BlockIo> files, Span span, long offset, MemorySegment into) {
    Map.Entry<Long, Part> entry = parts.floorEntry(offset);
    Part part = entry.getValue();
    part.extent().readCompressed(files.get(part.source()), span, offset - entry.getKey(), into);
  }
}
