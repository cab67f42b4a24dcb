package io.blockgraph.driver.imports;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.block.BlockException.Kind;
import io.blockgraph.driver.Content;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.Test;

class VdiDriverTest extends ImportContract {
  @Override
  ImportDriver importDriver() {
    return new VdiDriver();
  }

  @Override
  List<Variant> variants() {
    return List.of(new Variant("dynamic", "static=off"), new Variant("fixed", "static=on"));
  }

  @Override
  List<Area> areas(byte[] image) {
    return List.of(new Area(0x40, 0x1c8 - 0x40), new Area(512, 24), new Area(0x150, 0x38));
  }

  private static byte[] with(byte[] image, int at, int value) {
    ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN).putInt(at, value);
    return image;
  }

  @Test
  void namesTheFieldItCannotBearWithItsPlaceAndValue() {
    refusedImage(with(emptyImage(), 0x40, 7), "vdi field header.signature at offset 64 is 7");
    refusedImage(with(emptyImage(), 0x4c, 4), "header.image_type at offset 76 is 4");
    refusedImage(with(emptyImage(), 0x178, 512), "header.block_size", "is 512");
    refusedImage(with(emptyImage(), 0x180, 0), "header.disk_size", "614400");
    refusedImage(with(emptyImage(), 0x180, 0x3000_0000), "block table", "of a file of");
    refusedImage(with(emptyImage(), 0x1b8, 1), "header.uuid_parent", "merge the chain");
    refusedImage(new byte[100], "the header", "of a file of 100 bytes");
  }

  @Test
  void refusesToReadABlockThatLiesOutsideOfItsFile() {
    byte[] image = with(emptyImage(), 512, 0x0fff_ffff);
    var disk = new ImportedDisk(VdiImage.open(new BytesDisk(image)), List.of(new BytesDisk(image)));
    refused(Kind.CORRUPT, () -> Content.read(disk, 0, 1));
    assertThat(driver().check(new BytesDisk(image)).corruptions()).isEqualTo(1);
  }
}
