package io.blockgraph.driver.imports;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.block.BlockException.Kind;
import io.blockgraph.block.BlockIo;
import io.blockgraph.driver.Content;
import io.blockgraph.driver.HostFile;
import io.blockgraph.driver.HostFileDisk;
import io.blockgraph.driver.HostFiles;
import io.blockgraph.strangers.QemuImg;
import io.blockgraph.strangers.QemuIo;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

class VhdxDriverTest extends ImportContract {
  @Override
  ImportDriver importDriver() {
    return new VhdxDriver();
  }

  @Override
  List<Variant> variants() {
    return List.of(
        new Variant("dynamic", "subformat=dynamic,block_size=1M"),
        new Variant("fixed", "subformat=fixed,block_size=1M"),
        new Variant("dynamic of one block", "subformat=dynamic"));
  }

  /// Headers, region tables, metadata and block table, as QEMU puts them.
  @Override
  List<Area> areas(byte[] image) {
    int table = (int) region(image, 0x2dc27766);
    int metadata = (int) region(image, 0x8b7ca206);
    return List.of(
        new Area(64 << 10, 80),
        new Area(128 << 10, 80),
        new Area(192 << 10, 80),
        new Area(256 << 10, 80),
        new Area(table, 48),
        new Area(table, 48),
        new Area(metadata, 192),
        new Area(metadata + (64 << 10), 64));
  }

  /// Where the region lies whose identifier begins so.
  private static long region(byte[] image, int id) {
    ByteBuffer bytes = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
    int at = (192 << 10) + 16;
    return bytes.getLong((bytes.getInt(at) == id ? at : at + 32) + 16);
  }

  @Override
  void seal(byte[] image) {
    seal(image, 64 << 10, 4096);
    seal(image, 128 << 10, 4096);
    seal(image, 192 << 10, 64 << 10);
    seal(image, 256 << 10, 64 << 10);
  }

  private static void seal(byte[] image, int at, int length) {
    Arrays.fill(image, at + 4, at + 8, (byte) 0);
    CRC32C sum = new CRC32C();
    sum.update(image, at, length);
    ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN).putInt(at + 4, (int) sum.getValue());
  }

  private byte[] with(byte[] image, int at, int value) {
    ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN).putInt(at, value);
    seal(image);
    return image;
  }

  @Test
  void refusesAnImageWhoseLogIsNotReplayed() {
    byte[] image = with(with(emptyImage(), (64 << 10) + 48, 1), (128 << 10) + 48, 1);
    refusedImage(image, "header.log_guid", "log must be replayed first");
  }

  @Test
  void namesTheFieldItCannotBearWithItsPlaceAndValue() {
    byte[] sound = emptyImage();
    int items = (int) region(sound, 0x8b7ca206) + (64 << 10);
    refusedImage(with(emptyImage(), 0, 7), "identifier.signature", "no VHDX image");
    refusedImage(with(emptyImage(), items, 3), "block_size", "is 3");
    refusedImage(with(emptyImage(), items + 4, 2), "has_parent", "merge the chain");
    refusedImage(with(emptyImage(), (192 << 10) + 8, 3000), "region table.entry_count", "3000");
    refusedImage(with(emptyImage(), (192 << 10) + 16, 1), "region table");
    refusedImage(with(emptyImage(), (192 << 10) + 36, 99), "region table.entry.file_offset");
    refusedImage(Arrays.copyOf(sound, 100), "the header", "of a file of 100 bytes");
  }

  @Test
  void usesTheOtherHeaderAndTheOtherRegionTableWhereOneIsDamaged() {
    byte[] image = emptyImage();
    image[(192 << 10) + 5]++;
    image[(64 << 10) + 5]++;
    assertThat(driver().image(List.of(new BytesDisk(image)), NO_OPTIONS).sizeBytes())
        .isEqualTo(length());
  }

  @Test
  void refusesToReadABlockInAStateThatCannotBe() {
    byte[] image = emptyImage();
    int table = (int) region(image, 0x2dc27766);
    var file = new BytesDisk(image);
    var disk = new ImportedDisk(VhdxImage.open(file), List.of(file));
    image[table] = 7;
    refused(Kind.CORRUPT, () -> Content.read(disk, 0, 1));
    var again = new BytesDisk(image);
    assertThat(driver().check(again).corruptions()).isEqualTo(1);
  }

  /// After each 4 GiB the block table has an entry that stands for no block.
  @Test
  void findsBlocksBehindTheFirstChunk() {
    Path image = bench().directory().resolve("large");
    QemuImg.run("create", "-q", "-f", "vhdx", "-o", "block_size=1M", image.toString(), "9G").ok();
    QemuIo.run(image, "vhdx", QemuIo.write(5, 5L << 30, 65_536));
    try (HostFile file =
        bench().services().files().open(image.toString(), HostFiles.Mode.READ_ONLY)) {
      BlockIo below = new HostFileDisk(file);
      var disk = new ImportedDisk(VhdxImage.open(below), List.of(below));
      Content.requireAll(disk, 5L << 30, 65_536, 5);
      Content.requireAll(disk, (5L << 30) + 65_536, 65_536, 0);
      Content.requireAll(disk, (5L << 30) - 65_536, 65_536, 0);
    }
  }
}
