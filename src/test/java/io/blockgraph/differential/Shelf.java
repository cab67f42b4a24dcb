package io.blockgraph.differential;

import io.blockgraph.strangers.QemuImg;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// One image of every template to copy from: made by qemu-img, but for those that are brought.
final class Shelf {
  private final Path folder;

  private Shelf(Path folder) {
    this.folder = folder;
  }

  /// Makes the images in an empty folder.
  static Shelf in(Path folder) {
    try {
      for (Template template : Template.values()) {
        Path raw = folder.resolve(template.word() + ".raw");
        Files.write(raw, template.content());
        if (template.format() == Template.Format.QCOW2) {
          QemuImg.convert(raw, "raw", folder.resolve(template.word() + ".qcow2"), "qcow2");
        }
      }
      return new Shelf(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Takes an image that was made elsewhere.
  void take(Template template, Path image) {
    try {
      Files.move(image, folder.resolve(template.word() + template.format().ending()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Puts a copy of an image into a folder, unless it is there.
  Path put(Image image, Path into) {
    Path copy = into.resolve(image.filename());
    String ending = image.template().format().ending();
    try {
      if (!Files.exists(copy)) {
        Files.copy(folder.resolve(image.template().word() + ending), copy);
      }
      return copy;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
