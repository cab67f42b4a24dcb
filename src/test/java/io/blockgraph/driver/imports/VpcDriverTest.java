package io.blockgraph.driver.imports;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.block.BlockException.Kind;
import io.blockgraph.driver.Content;
import io.blockgraph.graph.Options;
import io.blockgraph.strangers.QemuImg;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class VpcDriverTest extends ImportContract {
  @Override
  ImportDriver importDriver() {
    return new VpcDriver();
  }

  @Override
  List<Variant> variants() {
    return List.of(
        new Variant("dynamic", "subformat=dynamic,force_size=on"),
        new Variant("fixed", "subformat=fixed,force_size=on"),
        new Variant("dynamic by geometry", "subformat=dynamic"));
  }

  @Override
  List<Area> areas(byte[] image) {
    return List.of(
        new Area(0, 90), new Area(512, 64), new Area(1536, 32), new Area(image.length - 512, 90));
  }

  @Override
  void seal(byte[] image) {
    sum(image, image.length - 512, 512, 64);
    if (image[0] == 'c') {
      sum(image, 0, 512, 64);
      sum(image, 512, 1024, 36);
    }
  }

  private static void sum(byte[] image, int start, int length, int at) {
    int sum = 0;
    for (int i = 0; i < length; i++) {
      sum += i >= at && i < at + 4 ? 0 : Byte.toUnsignedInt(image[start + i]);
    }
    ByteBuffer.wrap(image).putInt(start + at, ~sum);
  }

  private byte[] with(byte[] image, int at, int value) {
    ByteBuffer.wrap(image).putInt(at, value);
    seal(image);
    return image;
  }

  @Test
  void namesTheFieldItCannotBearWithItsPlaceAndValue() {
    byte[] image = emptyImage();
    int end = image.length - 512;
    refusedImage(with(emptyImage(), end + 60, 4), "footer.disk_type", "is 4", "differencing");
    refusedImage(with(emptyImage(), 512 + 32, 3), "header.block_size at offset 544 is 3");
    refusedImage(with(emptyImage(), 512 + 28, 0), "header.max_table_entries", "too few");
    refusedImage(
        with(emptyImage(), 512 + 28, 0x7000_0000), "header.table_offset", "leave the file");
    refusedImage(with(emptyImage(), end + 16, -1), "the header");
    refusedImage(new byte[100], "the footer", "of a file of 100 bytes");
    refusedImage(new byte[2000], "footer.cookie", "neither");
  }

  @Test
  void usesTheCopyWhereTheFooterIsDamaged() {
    byte[] image = emptyImage();
    image[image.length - 400]++;
    assertThat(driver().image(List.of(new BytesDisk(image)), NO_OPTIONS).sizeBytes())
        .isEqualTo(length());
  }

  /// The first bytes of a fixed image are the guest's.
  @Test
  void neverBelievesAFooterThatAGuestWroteToItsDisk() {
    byte[] image = new byte[4096];
    byte[] dynamic = emptyImage();
    System.arraycopy(dynamic, 0, image, 0, 2048);
    with(image, 60, 2);
    java.util.Arrays.fill(image, 4096 - 512, 4096, (byte) 0);
    refusedImage(image, "footer.cookie");
  }

  @Test
  void goesByGeometryOrByBytesAsItIsTold() {
    Path image = bench().directory().resolve("image");
    QemuImg.run("create", "-q", "-f", "vpc", image.toString(), "10000000").ok();
    List<io.blockgraph.block.BlockIo> file = List.of(new BytesDisk(bytes(image)));
    long auto = driver().image(file, NO_OPTIONS).sizeBytes();
    long chs = driver().image(file, new Options(Map.of("forceSizeCalc", "chs"))).sizeBytes();
    long bytes =
        driver().image(file, new Options(Map.of("forceSizeCalc", "current-size"))).sizeBytes();
    assertThat(auto)
        .isEqualTo(chs)
        .isEqualTo(QemuImg.info(image, "vpc").path("virtual-size").asLong());
    assertThat(bytes).isBetween(1L, chs);
  }

  @Test
  void refusesToReadABlockThatLiesOutsideOfItsFile() {
    byte[] image = emptyImage();
    ByteBuffer.wrap(image).putInt(1536, 0x0fff_ffff);
    var file = new BytesDisk(image);
    var disk = new ImportedDisk(VpcImage.open(file, "auto"), List.of(file));
    refused(Kind.CORRUPT, () -> Content.read(disk, 0, 1));
    assertThat(driver().check(file).corruptions()).isEqualTo(1);
  }
}
