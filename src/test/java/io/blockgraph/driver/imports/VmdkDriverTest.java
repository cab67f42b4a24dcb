package io.blockgraph.driver.imports;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.block.BlockException.Kind;
import io.blockgraph.driver.Content;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class VmdkDriverTest extends ImportContract {
  @Override
  ImportDriver importDriver() {
    return new VmdkDriver();
  }

  @Override
  List<Variant> variants() {
    return List.of(
        new Variant("monolithicSparse", "subformat=monolithicSparse"),
        new Variant("sparse with zeroed grains", "subformat=monolithicSparse,zeroed_grain=on"),
        new Variant("streamOptimized", "subformat=streamOptimized"),
        new Variant("monolithicFlat", "subformat=monolithicFlat", List.of("", "-flat")),
        new Variant("twoGbMaxExtentFlat", "subformat=twoGbMaxExtentFlat", List.of("", "-f001")),
        new Variant(
            "twoGbMaxExtentSparse", "subformat=twoGbMaxExtentSparse", List.of("", "-s001")));
  }

  /// Headers, descriptors, the grain directory and some tables, and markers.
  @Override
  List<Area> areas(byte[] image) {
    if (image.length <= 64 << 10) {
      return List.of(new Area(0, image.length));
    }
    int directory = (int) little(image).getLong(56) * 512;
    int there = directory > 0 && directory < image.length - 4096 ? directory : 512;
    return List.of(
        new Area(0, 80),
        new Area(512, 400),
        new Area(there, 64),
        new Area(there + 512, 1024),
        new Area(64 << 10, 20),
        new Area(image.length - 1536, 1536));
  }

  private static ByteBuffer little(byte[] image) {
    return ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static byte[] with(byte[] image, int at, long value) {
    little(image).putLong(at, value);
    return image;
  }

  private static byte[] replaced(byte[] image, String before, String after) {
    String text = new String(image, StandardCharsets.ISO_8859_1);
    assertThat(text).contains(before);
    return text.replace(before, after).getBytes(StandardCharsets.ISO_8859_1);
  }

  @Test
  void namesTheFieldItCannotBearWithItsPlaceAndValue() {
    refusedImage(with(emptyImage(), 20, 3), "vmdk field header.grainSize at offset 20 is 3");
    refusedImage(with(emptyImage(), 12, 1L << 60), "header.capacity", "at offset 12");
    refusedImage(with(emptyImage(), 56, 1L << 40), "grain directory", "of a file of");
    refusedImage(with(emptyImage(), 56, -1), "type", "footer");
    refusedImage(replaced(emptyImage(), "\n \r\n", "\n \n\n"), "newlines", "transfer as text");
    refusedImage(new byte[100], "descriptor", "no VMDK image");
  }

  @Test
  void refusesWhatShowsAParentAndNamesIt() {
    byte[] child = replaced(emptyImage(), "parentCID=ffffffff", "parentCID=12345678");
    refusedImage(child, "descriptor.parentCID", "12345678", "merge the chain");
  }

  @Test
  void neverFollowsTheNameOfAnExtent() {
    byte[] flat =
        (VmdkDescriptor.BEGINNING
                + "\ncreateType=\"monolithicFlat\"\nRW 8 FLAT \"/etc/passwd\" 0\nRW 2 ZERO\n")
            .getBytes(StandardCharsets.ISO_8859_1);
    refused(Kind.INVALID, () -> driver().image(List.of(new BytesDisk(flat)), NO_OPTIONS));
    assertThat(driver().describe(new BytesDisk(flat)))
        .containsEntry("extentFiles", List.of("/etc/passwd"))
        .containsEntry("virtualSize", 5120L);
    var files = List.of(new BytesDisk(flat), new BytesDisk(Content.same(4096, 5)));
    var disk = new ImportedDisk(VmdkImage.open(List.copyOf(files)), List.copyOf(files));
    Content.requireAll(disk, 0, 4096, 5);
    Content.requireAll(disk, 4096, 1024, 0);
  }

  @Test
  void refusesAnExtentFileThatIsTooShort() {
    byte[] flat =
        (VmdkDescriptor.BEGINNING + "\ncreateType=\"monolithicFlat\"\nRW 8 FLAT \"x\" 1\n")
            .getBytes(StandardCharsets.ISO_8859_1);
    var files = List.of(new BytesDisk(flat), new BytesDisk(new byte[4096]));
    refused(Kind.BAD_IMAGE, () -> VmdkImage.open(List.copyOf(files)));
  }

  @Test
  void refusesToReadAGrainThatLiesOutsideOfItsFile() {
    byte[] image = emptyImage();
    int directory = (int) little(image).getLong(56) * 512;
    int table = little(image).getInt(directory) * 512;
    little(image).putInt(table, 0x0fff_ffff);
    var file = new BytesDisk(image);
    var disk = new ImportedDisk(VmdkImage.open(List.of(file)), List.of(file));
    refused(Kind.CORRUPT, () -> Content.read(disk, 0, 1));
    assertThat(driver().check(file).corruptions()).isEqualTo(1);
  }
}
